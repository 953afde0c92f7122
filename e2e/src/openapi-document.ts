import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

type Operation = {
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
  requestBody?: { content: Record<string, { example?: unknown; schema: object }> };
};

type Found = { operation: Operation; path: string; method: string };

/** What the running gateway says of itself. */
export type OpenApiDocument = {
  /** `GET /api/…`, in the order of the document. */
  readonly names: readonly string[];
  exampleOf(name: string): unknown;
  /** The body's schema, references left as they are. */
  bodyOf(name: string): object | undefined;
  /** What is wrong with an answer by the document; null when nothing is. */
  problemOf(name: string, answer: { status: number; body: unknown }): string | null;
};

export async function fetchDocument(url: string): Promise<OpenApiDocument> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, Record<string, Operation>> };
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
    bodyOf: (name) => operations.get(name)?.operation.requestBody?.content['application/json']?.schema,
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
