import { type ChaosSystem, workerNames } from '../system/chaos-system.ts';
import type { Armed, Trigger } from '../system/tcp-proxy.ts';
import type { Fault, Stage } from './fault.ts';
import { hold } from './wait.ts';

export type CrashPlace = {
  name: string;
  /** Ends of names of the links where it can be seen. */
  links: readonly string[];
  pattern: string;
  moment: Trigger['moment'];
};

const ofGateways = (target: string) => [`gateway-a-${target}`, `gateway-b-${target}`];
const ofWorkers = (target: string) => workerNames.flatMap((app) => [`${app}-a-${target}`, `${app}-b-${target}`]);

/**
 * The moments between two facts, seen on the wire by the names of prepared statements, HTTP request lines and NATS subjects. Whoever is
 * at one of them when the trigger is armed dies before a byte more is exchanged.
 */
export const crashPlaces: CrashPlace[] = [
  { name: 'C1-before-accept', links: ofGateways('postgres'), pattern: 'accept_generations', moment: 'before' },
  { name: 'C2-accepted-not-answered', links: ofGateways('postgres'), pattern: 'accept_generations', moment: 'answer' },
  { name: 'C3-accepted-not-rung', links: ofGateways('nats'), pattern: 'PUB generation.requested', moment: 'before' },
  { name: 'C4-rung-not-marked', links: ofGateways('nats'), pattern: 'PUB generation.requested', moment: 'answer' },
  { name: 'C5-claimed-no-intent', links: ofWorkers('postgres'), pattern: 'record_intent', moment: 'before' },
  { name: 'C6-intent-not-sent', links: ofWorkers('postgres'), pattern: 'record_intent', moment: 'answer' },
  ...['fal', 'replicate', 'openai'].flatMap((provider): CrashPlace[] => [
    { name: `C6-sending-to-${provider}`, links: ['simulator'], pattern: `POST /${provider}/`, moment: 'before' },
    { name: `C7-answered-by-${provider}`, links: ['simulator'], pattern: `POST /${provider}/`, moment: 'answer' },
  ]),
  { name: 'C7-id-not-stored', links: ofWorkers('postgres'), pattern: 'record_submitted', moment: 'before' },
  { name: 'C8-id-stored', links: ofWorkers('postgres'), pattern: 'record_submitted', moment: 'answer' },
  { name: 'C9-picture-not-fetched', links: ['simulator'], pattern: 'GET /files/', moment: 'before' },
  { name: 'C9-picture-half-fetched', links: ['simulator'], pattern: 'GET /files/', moment: 'answer' },
  { name: 'C10-stored-not-ended', links: ofWorkers('postgres'), pattern: 'finish_generation', moment: 'before' },
  { name: 'C11-ended-not-acknowledged', links: ofWorkers('postgres'), pattern: 'finish_generation', moment: 'answer' },
];

/** The same moments with the answer lost and everybody alive. */
const lossPlaces: CrashPlace[] = [
  { name: 'lose-commit', links: ofGateways('postgres'), pattern: 'accept_generations', moment: 'answer' },
  { name: 'lose-end', links: ofWorkers('postgres'), pattern: 'finish_generation', moment: 'answer' },
  { name: 'lose-submission', links: ['simulator'], pattern: 'POST /', moment: 'answer' },
  { name: 'lose-claim', links: ofWorkers('postgres'), pattern: 'claim_generation', moment: 'answer' },
];

const patienceMs = 6_000;

export const crashPoints: Fault[] = [
  ...crashPlaces.map(
    (place): Fault => ({ name: place.name, strike: (stage) => strikeAt(stage, place, (port) => stage.system.killPeer(port)) }),
  ),
  ...lossPlaces.map((place): Fault => ({ name: place.name, strike: (stage) => strikeAt(stage, place, () => 'the answer') })),
];

/** Arms the place on all its links, and disarms the others when the first has struck, or when nobody came by. */
export async function strikeAt(
  { system, signal }: Pick<Stage, 'system' | 'signal'>,
  place: CrashPlace,
  act: (clientPort: number) => string | undefined,
): Promise<string | null> {
  let struck: string | null = null;
  const armed: Armed[] = place.links.map((name) =>
    linkOf(system, name).arm({
      ...place,
      act(clientPort) {
        struck ??= `${act(clientPort) ?? 'somebody already gone'} at ${name}`;
        for (const other of armed) other.disarm();
      },
    }),
  );
  const over = new AbortController();
  await Promise.race([...armed.map(({ hit }) => hit), hold(patienceMs, AbortSignal.any([signal, over.signal]))]);
  over.abort();
  for (const other of armed) other.disarm();
  return struck;
}

function linkOf(system: ChaosSystem, name: string) {
  const link = system.links[name];
  if (!link) throw new Error(`There is no link "${name}"`);
  return link;
}
