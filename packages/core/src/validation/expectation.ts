import * as z from 'zod';

type Schema = z.core.$ZodType;

/** The schema that a path leads to, through optionals, defaults, lists and objects; undefined where the path leaves the schema. */
export function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | undefined {
  let current: Schema | undefined = unwrap(schema);
  for (const step of path) {
    if (current === undefined) return undefined;
    current = childOf(current, step);
    current = current && unwrap(current);
  }
  return current;
}

/** The names an object schema knows; empty for anything else. */
export function knownNames(schema: Schema | undefined): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** What a value of the schema is, to follow "must be": "a whole number from 1 to 150", "one of jpeg, png, webp". */
export function describeExpected(schema: Schema | undefined): string | undefined {
  if (schema instanceof z.ZodNumber) {
    return `${schema.isInt ? 'a whole number' : 'a number'}${range(schema.minValue, schema.maxValue)}`;
  }
  if (schema instanceof z.ZodString) return schema.maxLength === null ? 'text' : `text of at most ${schema.maxLength} characters`;
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.join(', ')}`;
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String).join(' or ');
  if (schema instanceof z.ZodArray) {
    const checks = schema.def.checks ?? [];
    const min = checks.find((check) => check instanceof z.core.$ZodCheckMinLength)?._zod.def.minimum;
    const max = checks.find((check) => check instanceof z.core.$ZodCheckMaxLength)?._zod.def.maximum;
    return `a list${count(min, max)}`;
  }
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return 'a JSON object';
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.map((option) => describeExpected(unwrap(option)));
    return options.every((option) => option !== undefined) ? [...new Set(options)].join(' or ') : undefined;
  }
  return undefined;
}

function unwrap(schema: Schema): Schema {
  let current = schema;
  while (
    current instanceof z.ZodOptional ||
    current instanceof z.ZodNullable ||
    current instanceof z.ZodDefault ||
    current instanceof z.ZodPrefault ||
    current instanceof z.ZodReadonly ||
    current instanceof z.ZodPipe
  ) {
    current = current instanceof z.ZodPipe ? current.def.in : current.def.innerType;
  }
  return current;
}

function childOf(schema: Schema, step: PropertyKey): Schema | undefined {
  if (schema instanceof z.ZodObject) return Object.hasOwn(schema.shape, step) ? schema.shape[step as string] : undefined;
  if (schema instanceof z.ZodArray) return schema.def.element;
  if (schema instanceof z.ZodRecord) return schema.def.valueType;
  return undefined;
}

function count(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` of ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}

function range(min: number | null, max: number | null): string {
  const from = min !== null && min > Number.MIN_SAFE_INTEGER ? min : null;
  const to = max !== null && max < Number.MAX_SAFE_INTEGER ? max : null;
  if (from !== null && to !== null) return ` from ${from} to ${to}`;
  if (from !== null) return ` of at least ${from}`;
  return to === null ? '' : ` of at most ${to}`;
}
