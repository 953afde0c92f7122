import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

type Operation = {
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
  parameters?: { name: string; in: string; schema: object }[];
  requestBody?: { content: Record<string, { example?: unknown; schema: object }> };
};

type Schemas = Record<string, object>;
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: Schemas } };
type Found = { operation: Operation; path: string; method: string };

/** What the running gateway says of itself. */
export type OpenApiDocument = {
  /** `GET /api/…`, in the order of the document. */
  readonly names: readonly string[];
  exampleOf(name: string): unknown;
  /** What a route takes, in its body or in its query, as one schema without references. */
  inputOf(name: string): { properties?: Record<string, object> };
  /** What is wrong with an answer by the document; null when nothing is. */
  problemOf(name: string, answer: { status: number; body: unknown }): string | null;
};

export async function fetchDocument(url: string): Promise<OpenApiDocument> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  const ajv = new Ajv2020.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'document');
  const operations = new Map<string, Found>(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => [`${method.toUpperCase()} ${path}`, { operation, path, method }] as [string, Found],
      ),
    ),
  );
  return {
    names: [...operations.keys()],
    exampleOf: (name) => operations.get(name)?.operation.requestBody?.content['application/json']?.example,
    inputOf(name) {
      const { requestBody, parameters = [] } = operations.get(name)?.operation ?? {};
      const body = requestBody?.content['application/json']?.schema;
      if (body) return resolve(body, document.components.schemas) as { properties?: Record<string, object> };
      const inQuery = parameters.filter((parameter) => parameter.in === 'query');
      return {
        properties: Object.fromEntries(
          inQuery.map((parameter) => [parameter.name, resolve(parameter.schema, document.components.schemas) as object]),
        ),
      };
    },
    problemOf(name, { status, body }) {
      const found = operations.get(name);
      if (!found?.operation.responses[status]?.content?.['application/json']) return `${name} has no JSON for ${status}`;
      const steps = ['paths', found.path, found.method, 'responses', String(status), 'content', 'application/json', 'schema'];
      const pointer = steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
      const validate = ajv.getSchema(`document#/${pointer}`);
      if (!validate) return `${name} has no schema for ${status}`;
      return validate(body) ? null : `${name} ${status}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body).slice(0, 600)}`;
    },
  };
}

/** A schema with the shared ones in the places of their references; none of them refers to itself. */
function resolve(schema: unknown, schemas: Schemas): unknown {
  if (Array.isArray(schema)) return schema.map((part) => resolve(part, schemas));
  if (typeof schema !== 'object' || schema === null) return schema;
  if ('$ref' in schema) return resolve(schemas[String(schema.$ref).replace('#/components/schemas/', '')], schemas);
  return Object.fromEntries(Object.entries(schema).map(([name, part]) => [name, resolve(part, schemas)]));
}
