/** Words that need a number behind `=`. */
const measuredWords = ['latency', 'queue', 'rate-limited-retry-after', 'webhook-delay'] as const;

/** Words whose number may be left out, with what it then is. */
const defaultsOfOptionalMeasures = { slow: 2_000, 'status-500': 2, 'webhook-duplicate': 10 } as const;

const refusedStatuses = [400, 401, 403, 404, 422, 500, 502, 503, 504] as const;

const flagWords = [
  ...refusedStatuses.map((status) => `error-${status}` as const),
  'rate-limited',
  'quota',
  'reset',
  'reset-before',
  'never',
  'fail',
  'runner-error',
  'corrupt-json',
  'corrupt-result',
  'truncated-image',
  'corrupt-image',
  'wrong-mime',
  'missing-image',
  'moderation',
  'content-policy',
  'fewer',
  'aborted',
  'webhook-early',
  'webhook-never',
  'webhook-forged',
  'webhook-swapped',
  'webhook-old',
  'webhook-future',
  'once',
] as const;

type MeasuredWord = (typeof measuredWords)[number] | keyof typeof defaultsOfOptionalMeasures;

/** How one request is to be treated; the empty scenario is a provider in good health. Numbers are in the unit the README's table names. */
export type Scenario = { readonly [Word in MeasuredWord]?: number } & { readonly [Word in (typeof flagWords)[number]]?: true };

/** Every word there is, for messages. */
export const scenarioWords: readonly string[] = [...measuredWords, ...Object.keys(defaultsOfOptionalMeasures), ...flagWords];

type Parsed = { readonly scenario: Scenario; readonly problems: readonly string[] };

/** Reads words such as `fail` and `latency=2000`. A word that means nothing is a problem, so that a misspelt one cannot pass for health. */
export function parseScenarioWords(words: readonly string[]): Parsed {
  const problems: string[] = [];
  const scenario: Record<string, number | true> = {};
  for (const word of words) {
    const [name = '', text] = word.split('=', 2);
    const value = readValue(name, text);
    if (typeof value === 'string') problems.push(value);
    else scenario[name] = value;
  }
  return { scenario: scenario as Scenario, problems };
}

/** The scenario a prompt asks for with words such as `sim:fail` or `sim:latency=2000` anywhere in it. */
export function scenarioOfPrompt(prompt: string): Parsed {
  const words = [...prompt.matchAll(/(?:^|\s)sim:([a-z0-9=-]+)/gi)].map((match) => (match[1] ?? '').toLowerCase());
  return parseScenarioWords(words);
}

export type Refusal =
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number | null }
  | { readonly kind: 'quota' }
  | { readonly kind: 'status'; readonly status: (typeof refusedStatuses)[number] };

/** How the scenario has a submission turned away before it is accepted; undefined: it is not. */
export function refusalOf(scenario: Scenario): Refusal | undefined {
  const retryAfterSeconds = scenario['rate-limited-retry-after'];
  if (retryAfterSeconds !== undefined) return { kind: 'rate-limited', retryAfterSeconds };
  if (scenario['rate-limited']) return { kind: 'rate-limited', retryAfterSeconds: null };
  if (scenario.quota) return { kind: 'quota' };
  const status = refusedStatuses.find((candidate) => scenario[`error-${candidate}`]);
  return status === undefined ? undefined : { kind: 'status', status };
}

/** The value of one word, or a sentence saying what is wrong with it. */
function readValue(name: string, text: string | undefined): number | true | string {
  const isMeasured = (measuredWords as readonly string[]).includes(name);
  const fallback = (defaultsOfOptionalMeasures as Readonly<Record<string, number>>)[name];
  if (isMeasured || fallback !== undefined) {
    if (text === undefined) return fallback ?? `"${name}" needs a number, as in "${name}=3"`;
    return /^\d{1,9}$/.test(text) ? Number(text) : `"${name}=${text}" is not a whole number`;
  }
  if (!(flagWords as readonly string[]).includes(name)) return `"${name}" is not one of: ${scenarioWords.join(', ')}`;
  return text === undefined ? true : `"${name}" takes no value`;
}
