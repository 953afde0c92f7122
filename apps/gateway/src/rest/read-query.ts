/** How the parameters of a query string become values, by name; others stay text. */
export type QueryShape = {
  numbers?: readonly string[];
  flags?: readonly string[];
  lists?: readonly string[];
  numberLists?: readonly string[];
};

const flags: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };

/**
 * A query string as the values its schema wants: numbers, flags, and lists given as `a,b`, repeated, or with `[]` behind the name. What does
 * not look like one stays text, for the schema to refuse. An empty parameter is absent.
 */
export function readQuery(query: unknown, { numbers = [], flags: flagNames = [], lists = [], numberLists = [] }: QueryShape): unknown {
  if (typeof query !== 'object' || query === null) return query;
  const entries = Object.entries(query)
    .filter(([, value]) => value !== '')
    .map(([written, value]: [string, unknown]): [string, unknown] => {
      const name = written.endsWith('[]') ? written.slice(0, -2) : written;
      if (numbers.includes(name)) return [name, toNumber(value)];
      if (flagNames.includes(name)) return [name, typeof value === 'string' && Object.hasOwn(flags, value) ? flags[value] : value];
      if (lists.includes(name)) return [name, toList(value)];
      if (numberLists.includes(name)) return [name, toList(value).map(toNumber)];
      return [written, value];
    });
  return Object.fromEntries(entries);
}

function toNumber(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

/** `a,b`, `["a","b"]` or a repeated parameter. */
function toList(value: unknown): unknown[] {
  const parts = (Array.isArray(value) ? value : [value]) as unknown[];
  return parts.flatMap((part) => {
    if (typeof part !== 'string') return [part];
    return part
      .replace(/^\[(.*)\]$/, '$1')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  });
}
