import { appRouter } from '@imagegen/gateway/trpc/app-router';

/** By their whole names, as they go over the wire: at run time the router keeps them flat, whatever its type says. */
const flat = appRouter._def.procedures as unknown as Record<string, { _def: { type: 'query' | 'mutation' | 'subscription' } }>;

/** Every procedure of the router. */
export const procedures = Object.entries(flat).map(([name, { _def }]) => ({ name, type: _def.type }));
