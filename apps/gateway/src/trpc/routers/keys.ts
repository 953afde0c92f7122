import {
  createKeyFor,
  createOwnKey,
  endKey,
  keyFilterSchema,
  keyForAnyoneSchema,
  keyIdSchema,
  ownKeySchema,
  presentKeys,
} from '../../identity/manage-keys.ts';
import { adminProcedure, router, strict, userProcedure } from '../init.ts';

/** The caller's own API keys. */
export const keysRouter = router({
  /** Who the caller is, and what they may do. */
  current: userProcedure.query(({ ctx: { principal } }) => ({ key_id: principal.keyId, role: principal.role, scopes: principal.scopes })),
  create: userProcedure.input(strict(ownKeySchema)).mutation(({ ctx, input }) => createOwnKey(ctx, ctx.principal, input)),
  list: userProcedure.query(({ ctx }) => presentKeys(ctx, ctx.principal.userId)),
  revoke: userProcedure
    .input(strict(keyIdSchema))
    .mutation(({ ctx, input }) => endKey(ctx, { id: input.id, userId: ctx.principal.userId })),
});

/** Everybody's. */
export const adminKeysRouter = router({
  create: adminProcedure.input(strict(keyForAnyoneSchema)).mutation(({ ctx, input }) => createKeyFor(ctx, input)),
  list: adminProcedure.input(strict(keyFilterSchema)).query(({ ctx, input }) => presentKeys(ctx, input.user_id ?? null)),
  revoke: adminProcedure.input(strict(keyIdSchema)).mutation(({ ctx, input }) => endKey(ctx, { id: input.id, userId: null })),
});
