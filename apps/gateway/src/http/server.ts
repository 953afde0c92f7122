import helmet from '@fastify/helmet';
import { AppError } from '@imagegen/core/errors/app-error';
import { newId } from '@imagegen/runtime/ids';
import { type FastifyBaseLogger, fastify, LogController } from 'fastify';
import type { GatewayContext } from '../context.ts';
import { registerDeployed } from '../rest/deployed/routes.ts';
import { registerGatewayGroup } from '../rest/gateway-group/routes.ts';
import { refuseUnknownRoute } from '../rest/legacy/unknown-route.ts';
import { registerOpenAi } from '../rest/openai/routes.ts';
import { registerTickets } from '../rest/ticket-routes.ts';
import { registerV1 } from '../rest/v1/routes.ts';
import { registerAdmin } from '../rest/v2/admin-routes.ts';
import { registerCredits } from '../rest/v2/credit-routes.ts';
import { registerData } from '../rest/v2/data-routes.ts';
import { registerOperations } from '../rest/v2/operations-routes.ts';
import { registerV2 } from '../rest/v2/routes.ts';
import { registerOutgoingWebhooks } from '../rest/v2/webhook-routes.ts';
import { registerTrpc } from '../trpc/register-trpc.ts';
import { registerWebhooks } from '../webhooks/routes.ts';
import { acceptSockets } from './accept-sockets.ts';
import { admitRequests, limitAddresses } from './admit-requests.ts';
import { allowOrigins } from './allow-origins.ts';
import { registerDocuments } from './documents.ts';
import { formatError, replyWithError } from './error-reply.ts';
import { finishRequests } from './finish-requests.ts';
import { parseJson } from './parse-json.ts';
import { requirePrincipal } from './request-principal.ts';
import { registerConsole } from './routes/console.ts';
import { registerHealth } from './routes/health.ts';
import { registerImages } from './routes/images.ts';

const bodyLimitBytes = 1024 * 1024;
/** The names of all procedures in a batch stand in one path parameter. */
const trpcPathChars = 5_000;

/** The HTTP door, as a table of contents. */
export async function startServer(context: GatewayContext): Promise<AsyncDisposable & { readonly url: string }> {
  const { config, logger, metrics } = context;
  const app = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    bodyLimit: bodyLimitBytes,
    requestTimeout: 30_000,
    trustProxy: config.limits.trustedProxies.length > 0 ? config.limits.trustedProxies : false,
    connectionTimeout: 0,
    routerOptions: { maxParamLength: trpcPathChars },
    genReqId: ({ headers }) => acceptableId(headers['x-request-id']) ?? newId('http'),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'http_request_id' }),
    forceCloseConnections: true,
    frameworkErrors: (_, request, reply) =>
      replyWithError(formatError)(new AppError('NOT_FOUND', 'There is nothing at a URL that cannot be decoded.'), request, reply),
  });
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, parseJson);
  // Routes describe themselves for the OpenAPI document; validation is the use cases' business and answers in our words.
  app.setValidatorCompiler(() => (value) => ({ value }));
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.setErrorHandler(replyWithError(formatError));
  app.setNotFoundHandler(refuseUnknownRoute);
  const finish = finishRequests(app);
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.requests.observe({ door: doorOf(route), method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    request.log.debug({ method: request.method, route, status: reply.statusCode, ms: reply.elapsedTime }, 'request answered');
  });
  await allowOrigins(app, config.limits.corsOrigins);
  limitAddresses(app, context);
  admitRequests(app, context);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  });
  await acceptSockets(app, bodyLimitBytes);
  await registerDocuments(app);

  await app.register(async (scope) => registerConsole(scope, context));
  await app.register(async (scope) => registerHealth(scope, context));
  await app.register(async (scope) => registerImages(scope, context));
  await app.register(async (scope) => registerWebhooks(scope, context));
  await app.register(async (scope) => {
    requirePrincipal(scope, context.authenticator);
    registerTickets(scope, context);
    registerAdmin(scope, context);
    registerOperations(scope, context);
    registerCredits(scope, context);
    registerOutgoingWebhooks(scope, context);
    await registerV2(scope, context);
    registerData(scope, context);
  });
  await app.register(async (scope) => registerGatewayGroup(scope, context));
  await app.register(async (scope) => registerV1(scope, context));
  await app.register(async (scope) => registerDeployed(scope, context));
  await app.register(async (scope) => registerOpenAi(scope, context), { prefix: '/v1' });
  await registerTrpc(app, context);

  const url = await app.listen({ host: config.host, port: config.port });
  return {
    url,
    async [Symbol.asyncDispose]() {
      await finish();
      await app.close();
    },
  };
}

function doorOf(route: string): string {
  return route.split('/')[1]?.replace('::', ':') || 'root';
}

function acceptableId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.-]{1,128}$/.test(header) ? header : undefined;
}
