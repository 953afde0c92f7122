import { appNames, type ChaosSystem, halves } from '../system/chaos-system.ts';
import type { Fault, Stage } from './fault.ts';
import { hold } from './wait.ts';

/** A lease lasts 15 s: a pause beyond it wakes up to a generation that belongs to somebody else. */
const beyondLeaseMs = 17_500;

/** SIGSTOP, later SIGCONT: nothing is lost, but time has passed that the process knows nothing of. */
export const pauses: Fault[] = [
  ...appNames.map((app): Fault => ({ name: `pause-${app}`, strike: (stage) => pauseOne(stage, `${app}-${stage.random.pick(halves)}`) })),
  ...['simulator', 'nats'].map((name): Fault => ({ name: `pause-${name}`, strike: (stage) => pauseOne(stage, name) })),
  {
    name: 'outlive-lease',
    strike: (stage) =>
      pauseAll(
        stage,
        ['fal', 'replicate', 'openai'].map((app) => `${app}-${stage.random.pick(halves)}`),
        beyondLeaseMs,
      ),
  },
];

function pauseOne(stage: Stage, name: string): Promise<string | null> {
  return pauseAll(stage, [name], stage.random.between(1_000, 6_000));
}

async function pauseAll({ system, signal }: Stage, names: readonly string[], ms: number): Promise<string | null> {
  const pids = names.map((name) => [name, system.processOf(name).pid] as const);
  const stopped = pids.filter(([name, pid]) => send(system, { name, pid }, 'SIGSTOP'));
  await hold(ms, signal);
  for (const [name, pid] of stopped) send(system, { name, pid }, 'SIGCONT');
  return stopped.length > 0 ? `${stopped.map(([name]) => name).join(', ')} for ${ms} ms` : null;
}

/** To that very process: its successor has not been stopped. */
function send(system: ChaosSystem, { name, pid }: { name: string; pid: number | undefined }, signal: NodeJS.Signals): boolean {
  const process = system.processOf(name);
  if (pid === undefined || process.pid !== pid) return false;
  process.kill(signal);
  return true;
}
