import type { SwaggerTransform } from '@fastify/swagger';
import type { RouteOptions } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A body to try, for routes whose body schema is shared with others. */
    example?: object;
  }
}

/** Routes the document leaves out, and why. Every other route must describe itself. */
const undocumented: Readonly<Record<string, string>> = {
  '/openapi.json': 'is the document',
  '/docs': 'shows the document',
  '/docs/': 'shows the document',
  '/docs/openapi.json': 'is the document where the explorer puts it',
  '/docs/openapi.yaml': 'is the document where the explorer puts it',
  '/docs/js/scalar.js': 'is the explorer',
  '/': 'is the console',
  '/gallery': 'is the console',
  '/presets': 'is the console',
  '/loras': 'is the console',
  '/analytics': 'is the console',
  '/operations': 'is the console',
  '/trpc': 'is described by the type of the router',
  '/trpc/:path': 'is described by the type of the router',
  '*': 'answers preflight requests of browsers',
};

/** Files of the console. */
const consoleAssets = '/console/';

type DescribedRoute = Pick<RouteOptions, 'method' | 'url' | 'schema'>;

/** Throws for a route that would be missing from the document or say nothing in it: the gateway does not start with one. */
export function refuseUndescribed({ method, url, schema }: DescribedRoute): void {
  if (isUndocumented(url)) return;
  const { summary, tags, security, response, hide } = schema ?? {};
  if (hide || !summary || !tags || !security || !response)
    throw new Error(
      `${String(method)} ${url} has no entry in the OpenAPI document: give it a summary, tags, security and responses, or list it in describe-route.ts.`,
    );
}

/** A route's entry: its schemas as JSON Schema, an id made of method and path, and its example. */
export const describeRoute: SwaggerTransform = (described) => {
  const { url, route } = described;
  if (isUndocumented(url)) return { schema: { hide: true }, url };
  const { schema } = jsonSchemaTransform(described);
  const example = route.config?.example;
  return { schema: { ...schema, ...(example && { 'x-example': example }), operationId: operationIdOf(String(route.method), url) }, url };
};

function isUndocumented(url: string): boolean {
  return Object.hasOwn(undocumented, url) || url.startsWith(consoleAssets);
}

/** `POST /api::v2/flux/standard` is `postApiV2FluxStandard`. */
function operationIdOf(method: string, url: string): string {
  const words = url.replaceAll(/:(\w+)/g, (_, name: string) => ` ${name}`).match(/[a-z0-9]+/gi) ?? [];
  return [method.toLowerCase(), ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('');
}
