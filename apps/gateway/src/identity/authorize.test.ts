import { describe, expect, it } from 'vitest';
import { authorize, type Need } from './authorize.ts';
import type { Role, Scope } from './principal.ts';

const read: Need = { access: 'read' };
const write: Need = { access: 'write' };

describe('rights', () => {
  it.each<[Role, Scope[], Need, boolean]>([
    ['user', ['read'], read, true],
    ['user', ['read'], write, false],
    ['user', ['generate'], write, true],
    ['user', ['generate'], read, false],
    ['user', ['read', 'generate'], { ...read, admin: true }, false],
    ['user', ['read', 'generate', 'admin'], { ...read, admin: true }, false],
    ['admin', ['read', 'generate'], { ...read, admin: true }, false],
    ['admin', ['admin'], { ...write, admin: true }, true],
    ['admin', ['admin'], read, false],
    ['user', ['read', 'generate'], { ...read, beta: true }, false],
    ['user', ['read', 'generate', 'beta'], { ...write, beta: true }, true],
    ['user', ['beta'], { ...write, beta: true }, false],
    ['admin', ['read', 'admin'], { ...read, beta: true }, true],
    ['user', [], read, false],
  ])('of a %s with %j for %j: %s', (role, scopes, need, allowed) => {
    const attempt = () => authorize({ role, scopes }, need);
    if (allowed) expect(attempt).not.toThrow();
    else expect(attempt).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });
});
