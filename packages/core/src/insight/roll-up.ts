import type { EngineId } from '../engines/engine.ts';
import { saysSomethingAboutLoras } from '../loras/pair-score.ts';
import { timeBucket, timeBuckets } from './time-buckets.ts';

/** What happened to a generation that is worth counting, once each. */
export type Outcome = {
  kind: 'ended' | 'favorited' | 'unfavorited';
  user_id: number;
  /** `YYYY-MM-DD` (UTC) of the day it was accepted. */
  day: string;
  engine: EngineId;
  api: string;
  completed: boolean;
  error_code: string | null;
  images: number;
  credits: number;
  time_ms: number | null;
  loras: readonly { id: number; weight: number }[];
};

/** `all` and `api` count every generation once; `lora` once for each of its LoRAs; `combination` once for two or more LoRAs together. */
export type UsageDimension = 'all' | 'api' | 'lora' | 'combination';

type Usage = {
  /** 0 stands for everybody. */
  user_id: number;
  dimension: UsageDimension;
  /** A door, a LoRA id, or several ids in ascending order with `+` between them; empty for `all`. */
  key: string;
  day: string;
  engine: EngineId;
  generations: number;
  completed: number;
  images: number;
  credits: number;
  weight: number;
  time_buckets: number[];
};

type PairOutcome = { lora_id_1: number; lora_id_2: number; tested: number; succeeded: number; favorited: number };
/** `months` sums `usage` up once more; its days are the first of their months. */
export type RolledUp = {
  usage: Usage[];
  months: Usage[];
  loras: { id: number; generations: number; weight: number }[];
  pairs: PairOutcome[];
};

export const everybody = 0;

/** Sums outcomes up into what is added to the rollups, the LoRAs and the LoRA pairs. */
export function rollUp(outcomes: readonly Outcome[]): RolledUp {
  const usage = new Map<string, Usage>();
  const months = new Map<string, Usage>();
  const loras = new Map<number, RolledUp['loras'][number]>();
  const pairs = new Map<string, PairOutcome>();
  for (const outcome of outcomes) {
    for (const pair of pairsOf(outcome.loras.map(({ id }) => id))) addPair(pairs, pair, outcome);
    if (outcome.kind !== 'ended') continue;
    for (const { id, weight } of outcome.loras) {
      const lora = entry(loras, id, () => ({ id, generations: 0, weight: 0 }));
      lora.generations += 1;
      lora.weight += weight;
    }
    const month = { ...outcome, day: `${outcome.day.slice(0, 'YYYY-MM'.length)}-01` };
    for (const user_id of [outcome.user_id, everybody]) {
      for (const part of partsOf(outcome)) {
        addUsage(usage, { ...part, user_id }, outcome);
        addUsage(months, { ...part, user_id }, month);
      }
    }
  }
  return { usage: [...usage.values()], months: [...months.values()], loras: [...loras.values()], pairs: [...pairs.values()] };
}

type Part = Pick<Usage, 'dimension' | 'key' | 'weight'>;

function partsOf({ api, loras }: Outcome): Part[] {
  const single = loras.map(({ id, weight }): Part => ({ dimension: 'lora', key: String(id), weight }));
  const ids = [...new Set(loras.map(({ id }) => id))].sort((a, b) => a - b);
  const together: Part[] = ids.length > 1 ? [{ dimension: 'combination', key: ids.join('+'), weight: 0 }] : [];
  return [{ dimension: 'all', key: '', weight: 0 }, { dimension: 'api', key: api, weight: 0 }, ...single, ...together];
}

function addUsage(usage: Map<string, Usage>, part: Part & { user_id: number }, { day, engine, ...outcome }: Outcome): void {
  const row = entry(usage, [part.user_id, part.dimension, day, engine, part.key].join(), () => ({
    ...part,
    day,
    engine,
    generations: 0,
    completed: 0,
    images: 0,
    credits: 0,
    weight: 0,
    time_buckets: new Array<number>(timeBuckets).fill(0),
  }));
  row.generations += 1;
  row.completed += outcome.completed ? 1 : 0;
  row.images += outcome.images;
  row.credits += outcome.credits;
  row.weight += part.weight;
  if (outcome.completed && outcome.time_ms !== null) {
    const bucket = timeBucket(outcome.time_ms);
    row.time_buckets[bucket] = (row.time_buckets[bucket] ?? 0) + 1;
  }
}

function addPair(pairs: Map<string, PairOutcome>, [lora_id_1, lora_id_2]: [number, number], outcome: Outcome): void {
  if (outcome.kind === 'ended' && !outcome.completed && !saysSomethingAboutLoras(outcome.error_code)) return;
  const empty = { lora_id_1, lora_id_2, tested: 0, succeeded: 0, favorited: 0 };
  const pair = entry(pairs, `${lora_id_1}+${lora_id_2}`, () => empty);
  if (outcome.kind === 'ended') {
    pair.tested += 1;
    pair.succeeded += outcome.completed ? 1 : 0;
  } else pair.favorited += outcome.kind === 'favorited' ? 1 : -1;
}

/** Every two different ids, the smaller one first. */
function pairsOf(ids: readonly number[]): [number, number][] {
  const sorted = [...new Set(ids)].sort((a, b) => a - b);
  return sorted.flatMap((first, index) => sorted.slice(index + 1).map((second): [number, number] => [first, second]));
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
