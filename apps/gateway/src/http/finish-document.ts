import { STATUS_CODES } from 'node:http';
import type { SwaggerTransformObject } from '@fastify/swagger';
import { jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { headersOf } from './describe-headers.ts';

type Operation = {
  tags?: string[];
  responses?: Record<string, { description: string; headers?: Record<string, unknown> }>;
  requestBody?: { content: Record<string, { example?: unknown }> };
  'x-example'?: unknown;
};
type Document = {
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, unknown>; [kind: string]: unknown };
};

/** Adds the shared schemas that are referred to, puts the routes' examples to their bodies, and says in words what each status is and which headers come with it. */
export const finishDocument: SwaggerTransformObject = (made) => {
  const document = jsonSchemaTransformObject(made) as Document;
  for (const path of Object.values(document.paths ?? {}))
    for (const operation of Object.values(path)) {
      nameStatuses(operation);
      nameHeaders(operation);
      placeExample(operation);
    }
  return { ...document, components: { ...document.components, schemas: usedSchemas(document) } };
};

function nameStatuses({ responses = {} }: Operation): void {
  for (const [status, response] of Object.entries(responses)) {
    if (response.description === 'Default Response') response.description = STATUS_CODES[status] ?? status;
  }
}

function nameHeaders(operation: Operation): void {
  for (const [status, response] of Object.entries(operation.responses ?? {})) response.headers = headersOf(operation, status);
}

/** Beside a reference to a shared schema the generator has no place for one. */
function placeExample(operation: Operation): void {
  const { 'x-example': example, requestBody } = operation;
  delete operation['x-example'];
  if (example !== undefined) for (const media of Object.values(requestBody?.content ?? {})) media.example = example;
}

/** Every shared schema is there twice, as input and as output; one of them is often nobody's. */
function usedSchemas({ paths, components }: Document): Record<string, unknown> {
  const all = components?.schemas ?? {};
  const used = new Set<string>();
  const open: unknown[] = [paths];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      open.push(all[name]);
    }
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
}
