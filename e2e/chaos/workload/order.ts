import type { Random } from '../random.ts';

/** One thing that one client is going to do, decided beforehand. */
export type Order = {
  readonly plan: number;
  /** Index into the users of the run. */
  readonly user: number;
  /** Stands in the prompt; nothing else in the system contains it. */
  readonly mark: string;
  /** Below `/api:v2/`. */
  readonly route: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly key: string;
  readonly images: number;
  /** How long the client waits for the answer to its first POST before it hangs up and asks again; null: as long as it takes. */
  readonly hangUpAfterMs: number | null;
  /** A second POST with the same key at the same time. */
  readonly duplicate: boolean;
  /** Later the key is used for another prompt. */
  readonly reuseKey: boolean;
  readonly cancelAfterMs: number | null;
  readonly follow: 'events' | 'status';
};

const routes = [
  { route: 'flux/standard', weight: 30 },
  { route: 'flux/juggernaut', weight: 10 },
  { route: 'flux/advanced', weight: 5 },
  { route: 'smart/generate', weight: 20 },
  { route: 'replicate/generate', weight: 22 },
  { route: 'openai/generate', weight: 13 },
];

/** Ways for a provider to fail at one request. */
const failures = [
  'fail sim:once',
  'runner-error sim:once',
  'rate-limited-retry-after=1 sim:once',
  'error-500 sim:once',
  'error-503 sim:once',
  'error-422',
  'moderation',
  'content-policy',
  'truncated-image',
  'corrupt-image',
  'wrong-mime',
  'corrupt-json',
  'corrupt-result',
  'reset',
  'status-500',
  'fewer',
  'slow=1500',
];

const loraId = 309;

export function drawOrder(random: Random, { plan, users }: { plan: number; users: number }): Order {
  const route = drawRoute(random);
  const images = random.pick([1, 1, 1, 2, 2, 3, 4]);
  const mark = `mark${plan.toString(36)}x${random.between(0, 2 ** 31).toString(36)}`;
  const failure = random.chance(0.05) ? ` sim:${random.pick(failures)}` : '';
  const takesLoras = route !== 'openai/generate';
  return {
    plan,
    user: random.between(0, users - 1),
    mark,
    route,
    body: {
      prompt: `a red fox ${mark}${failure}`,
      width: 256,
      height: 256,
      num_images: images,
      ...(random.chance(0.5) && { seed: random.between(0, 2 ** 31 - 1) }),
      ...(takesLoras && random.chance(0.15) && { loras: [{ id: loraId, weight: 1 }] }),
      ...(random.chance(0.1) && { negative_prompt: 'rain' }),
    },
    key: `order-${mark}`,
    images,
    hangUpAfterMs: random.chance(0.1) ? random.between(1, 60) : null,
    duplicate: random.chance(0.05),
    reuseKey: random.chance(0.03),
    cancelAfterMs: random.chance(0.1) ? random.between(0, 2_500) : null,
    follow: random.chance(0.5) ? 'events' : 'status',
  };
}

function drawRoute(random: Random): string {
  let left = random.next() * routes.reduce((sum, { weight }) => sum + weight, 0);
  for (const { route, weight } of routes) {
    left -= weight;
    if (left < 0) return route;
  }
  return 'smart/generate';
}
