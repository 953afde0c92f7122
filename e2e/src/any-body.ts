import fc from 'fast-check';

type Schema = {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
};

/** Texts that have broken something somewhere. Nothing here is an address that could be asked. */
const oddTexts = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e',
  '__proto__',
  'constructor',
  'None',
  'null',
  'NaN',
  '-0',
  '1e400',
  '٣',
  "'; select 1; --",
  '%00',
  '{{x}}',
  '[seed: 1] <lora:x:9>',
  '1024x1024',
  '99999x99999',
  'data:image/png;base64,AAAA',
  'x'.repeat(5_000),
];
const oddNumbers = [0, -0, -1, 1, 0.5, 1e21, -1e308, 2 ** 31, 2 ** 53, Number.MAX_SAFE_INTEGER];

const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...oddTexts, ...oddNumbers, null, true, false, [], {}, [[]], [null], { id: 309 }, [{ id: 309 }, { id: 309 }]),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Values around what a JSON schema allows: mostly right, at the edges, and sometimes something else altogether. References must be gone. */
function around(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 3, arbitrary: within(schema) }, { weight: 1, arbitrary: oddValue });
}

function within(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf?.length) return fc.oneof(...schema.anyOf.map(within));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object' && schema.properties) return anyBody(schema);
  if (type === 'array') return fc.array(around(schema.items ?? {}), { maxLength: 6 });
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') return numbers(schema, type === 'integer');
  if (type === 'string')
    return fc.oneof(fc.string({ unit: 'grapheme', maxLength: Math.min(schema.maxLength ?? 60, 60) }), fc.constantFrom(...oddTexts));
  return oddValue;
}

function numbers({ minimum = -10, maximum = 10_000 }: Schema, whole: boolean): fc.Arbitrary<unknown> {
  const between = whole
    ? fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) })
    : fc.double({ min: minimum, max: maximum, noNaN: true });
  return fc.oneof(between, fc.constantFrom(minimum, maximum, minimum - 1, maximum + 1, minimum + 0.5));
}

/** Objects with a few of the names a schema knows, more often than not what is `needed`, and sometimes names that it does not know. */
export function anyBody({ properties = {} }: Schema, needed: object = {}): fc.Arbitrary<Record<string, unknown>> {
  const known = fc.record(Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, around(schema)])));
  // All names at once are hardly ever right together; a few are.
  const names = Object.keys(properties);
  const few = fc.subarray(names, { maxLength: Math.min(4, names.length) });
  const base = fc.constantFrom<object>(needed, needed, needed, {});
  const stray = fc.oneof(
    { weight: 5, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(fc.string({ maxLength: 12 }), oddValue, { maxKeys: 2 }) },
  );
  return fc
    .tuple(known, few, base, stray)
    .map(([body, some, always, more]) => ({ ...always, ...Object.fromEntries(some.map((name) => [name, body[name]])), ...more }));
}
