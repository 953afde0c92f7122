import {
  changedEndpointSchema,
  deliveryIdSchema,
  deliveryQuerySchema,
  endpointIdSchema,
  newEndpointSchema,
  rotationSchema,
} from '../../webhooks-out/endpoint-schemas.ts';
import { listDeliveries, redeliver, testEndpoint } from '../../webhooks-out/follow-deliveries.ts';
import {
  createEndpoint,
  deleteEndpoint,
  listEndpoints,
  listFailingEndpoints,
  rotateSecret,
  updateEndpoint,
} from '../../webhooks-out/manage-endpoints.ts';
import { adminProcedure, router, strict, userProcedure } from '../init.ts';

/** Where the caller's own generations are told of, and what became of telling. */
export const webhooksRouter = router({
  create: userProcedure.input(strict(newEndpointSchema)).mutation(({ ctx, input }) => createEndpoint(ctx, ctx.principal, input)),
  list: userProcedure.query(({ ctx }) => listEndpoints(ctx, ctx.principal)),
  update: userProcedure.input(strict(changedEndpointSchema)).mutation(({ ctx, input }) => updateEndpoint(ctx, ctx.principal, input)),
  delete: userProcedure.input(strict(endpointIdSchema)).mutation(({ ctx, input }) => deleteEndpoint(ctx, ctx.principal, input.id)),
  rotate: userProcedure.input(strict(rotationSchema.optional())).mutation(({ ctx, input = {} }) => rotateSecret(ctx, ctx.principal, input)),
  test: userProcedure.input(strict(endpointIdSchema)).mutation(({ ctx, input }) => testEndpoint(ctx, ctx.principal, input.id)),
  deliveries: userProcedure
    .input(strict(deliveryQuerySchema.optional()))
    .query(({ ctx, input = {} }) => listDeliveries(ctx, ctx.principal, input)),
  redeliver: userProcedure.input(strict(deliveryIdSchema)).mutation(({ ctx, input }) => redeliver(ctx, ctx.principal, input.id)),
});

/** Everybody's that fail. */
export const adminWebhooksRouter = router({
  failing: adminProcedure.query(({ ctx }) => listFailingEndpoints(ctx)),
});
