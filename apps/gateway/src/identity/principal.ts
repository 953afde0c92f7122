import type { Role, Scope } from '@imagegen/db/tables';

export const scopes = ['read', 'generate', 'beta', 'admin'] as const satisfies readonly Scope[];
export type { Role, Scope };

/** Who is calling, and what they may do. `keyId` is null for tokens, tickets and the anonymous principal. */
export type Principal = { userId: number; role: Role; scopes: readonly Scope[]; keyId: string | null };
