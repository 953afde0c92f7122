import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { envSchema, parseEnv } from './env.ts';

const folder = mkdtempSync(join(tmpdir(), 'env-'));
afterAll(() => rmSync(folder, { recursive: true }));

const shape = { KEY: envSchema.secret().optional() };
function fileWith(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

it('takes a secret from the file that is named', () => {
  expect(parseEnv(shape, { KEY_FILE: fileWith('full', 'id:secret\n') }).KEY?.reveal()).toBe('id:secret');
});

it('takes an empty file for no secret, as it takes an empty variable', () => {
  expect(parseEnv(shape, { KEY_FILE: fileWith('empty', '\n') }).KEY).toBeUndefined();
  expect(parseEnv(shape, { KEY: '' }).KEY).toBeUndefined();
});

it('refuses a file that is not there, and a secret given twice', () => {
  expect(() => parseEnv(shape, { KEY_FILE: join(folder, 'absent') })).toThrow(/KEY_FILE: cannot be read/);
  expect(() => parseEnv(shape, { KEY: 'a', KEY_FILE: '/dev/null' })).toThrow(/not both/);
});
