import { type CrashPlace, crashPlaces, strikeAt } from '../faults/crash-points.ts';
import type { Fault, Stage } from '../faults/fault.ts';
import { hold } from '../faults/wait.ts';
import type { Order } from '../workload/order.ts';
import { atLeast, type Experiment, type Scale } from './experiment.ts';
import { orderExperiment } from './order-experiment.ts';
import { everyRoute, plainOrders } from './orders.ts';

const providers = ['fal', 'replicate', 'openai'] as const;
type Provider = (typeof providers)[number];

type Point = { name: string; place: CrashPlace };

/** Every moment at every provider: where services stand at it, only those of the one provider are waited for. */
function pointsOf(provider: Provider): Point[] {
  return crashPlaces.flatMap((place): Point[] => {
    const name = `${place.name} ${provider}`;
    if (place.pattern.startsWith('POST /')) return place.pattern === `POST /${provider}/` ? [{ name, place }] : [];
    // OpenAI's pictures come with the answer; its answer is no id to be stored.
    if (provider === 'openai' && /^C9|^C[78].*id/.test(place.name)) return [];
    if (place.pattern.startsWith('PUB ')) return [{ name, place: { ...place, pattern: `${place.pattern}.${provider}` } }];
    const ofServices = place.links.some((link) => link.startsWith('fal-'));
    return [{ name, place: ofServices ? { ...place, links: place.links.filter((link) => link.startsWith(`${provider}-`)) } : place }];
  });
}

const rounds: Record<Scale, number> = { small: 1, full: 25 };

/** One strike after the other until each point was hit so often; a place where nobody came by within the patience comes again. */
function eachPoint(points: readonly Point[], times: number, hits: Map<string, number>): Fault {
  const left = points.flatMap((point) => Array<Point>(times).fill(point));
  return {
    name: `crash-points-${points[0]?.name.split(' ')[1]}`,
    async strike(stage: Stage) {
      const point = left.shift();
      if (!point) {
        await hold(500, stage.signal);
        return null;
      }
      const hit = await strikeAt(stage, point.place, (port) => stage.system.killPeer(port));
      if (hit === null) left.push(point);
      else hits.set(point.name, (hits.get(point.name) ?? 0) + 1);
      return hit && `${point.name}: ${hit}`;
    },
  };
}

export const crashes: Experiment[] = [
  orderExperiment({
    id: 'F03',
    fault: 'a process dies at each crash point C1–C11, at each provider',
    how: 'a proxy sees the word on the wire and kills whoever says it, before it is forwarded or before it is answered',
    holds: ['I1', 'I2', 'I3', 'I4', 'I5'],
    target: 'every point hit, 0 violations, unknown outcomes only where a submission was under way',
    sizes: { small: { n: 200, rate: 4, atOnce: 3 }, full: { n: 7_000, rate: 4, atOnce: 3 } },
    plan: ({ scale }) => {
      const hits = new Map<string, number>();
      const points = providers.flatMap(pointsOf);
      return {
        faults: providers.map((provider) => eachPoint(pointsOf(provider), rounds[scale], hits)),
        isEnough: () => points.every(({ name }) => (hits.get(name) ?? 0) >= rounds[scale]),
        draw: plainOrders(everyRoute, (order, random): Partial<Order> => ({ follow: random.chance(0.5) ? 'events' : order.follow })),
        judge: ({ evidence }) => {
          const missed = points.filter(({ name }) => (hits.get(name) ?? 0) < rounds[scale]).map(({ name }) => name);
          const unknown = evidence.sometimes['attempts with an unknown outcome'] ?? 0;
          return {
            figures: {
              points: points.length,
              kills: [...hits.values()].reduce((sum, count) => sum + count, 0),
              'unknown outcomes': unknown,
            },
            violations: [
              ...missed.map((name) => `${name}: hit ${hits.get(name) ?? 0} of ${rounds[scale]} times`),
              ...atLeast(1, 'unknown outcomes', unknown),
            ],
          };
        },
      };
    },
  }),
];
