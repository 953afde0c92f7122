import { AppError } from '@imagegen/core/errors/app-error';
import type { Principal, Scope } from './principal.ts';

/** Reads look, writes change or cost something; each has its own scope and its own bucket of calls. */
export type Access = 'read' | 'write';

export type Need = { access: Access; admin?: boolean | undefined; beta?: boolean | undefined };

const scopeFor = { read: 'read', write: 'generate' } as const satisfies Record<Access, Scope>;

/** Throws FORBIDDEN. Administration needs the role and the scope; whoever has both is past the beta's door as well. */
export function authorize({ role, scopes }: Pick<Principal, 'role' | 'scopes'>, need: Need): void {
  const isAdmin = role === 'admin' && scopes.includes('admin');
  if (need.admin && !isAdmin) throw new AppError('FORBIDDEN', 'Only an admin, with a key of scope "admin", may do this.');
  const scope = scopeFor[need.access];
  if (!need.admin && !scopes.includes(scope)) throw new AppError('FORBIDDEN', `This needs a key of scope "${scope}".`);
  if (need.beta && !isAdmin && !scopes.includes('beta'))
    throw new AppError('FORBIDDEN', 'This is in beta; it needs a key of scope "beta".');
}
