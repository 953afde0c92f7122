import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../faults/fault.ts';
import { hold } from '../faults/wait.ts';
import { appNames, type ChaosSystem, halves } from '../system/chaos-system.ts';
import { createUsers } from '../workload/users.ts';
import { atLeast, type Experiment, type Laboratory, type Outcome, type Scale } from './experiment.ts';
import { figuresOf } from './order-experiment.ts';
import { everyRoute, plainOrders } from './orders.ts';
import { tryOrders } from './try-orders.ts';

const sizes: Record<Scale, { n: number; rate: number; callsPerSecond: number; rounds: number }> = {
  small: { n: 160, rate: 4, callsPerSecond: 20, rounds: 1 },
  full: { n: 6_000, rate: 8, callsPerSecond: 92, rounds: 20 },
};

const names = appNames.flatMap((app) => halves.map((half) => `${app}-${half}`));

/** One process after the other, the next when this one is back. */
function restartAll(rounds: number): { fault: Fault; restarted: string[] } {
  const restarted: string[] = [];
  const left = Array.from({ length: rounds }, () => names).flat();
  const fault: Fault = {
    name: 'rolling-restart',
    async strike({ system, signal }) {
      const name = left.shift();
      if (!name) {
        await hold(500, signal);
        return null;
      }
      const process = system.processOf(name);
      const { pid } = process;
      process.kill('SIGTERM');
      for (let waited = 0; process.pid === pid || process.pid === undefined; waited += 50) {
        if (waited > 60_000) throw new Error(`${name} does not end when it is asked to`);
        await pause(50);
      }
      await process.ready();
      restarted.push(name);
      return name;
    },
  };
  return { fault, restarted };
}

type Calls = { sent: number; movedOn: number; cut: number; failed: string[] };

/**
 * A gateway that says 503 and when to come back, or that takes no connection, is left for the other one. So is a connection that ended
 * before a word of the answer, as every HTTP client does with requests that may be repeated (RFC 9110, 9.2.2): the kernel resets what was
 * about to be accepted when a listener closes. Anything else is a failure.
 */
async function callSteadily(system: ChaosSystem, perSecond: number, signal: AbortSignal): Promise<Calls> {
  const [user] = await createUsers(system.databaseUrl, 1);
  const calls: Calls = { sent: 0, movedOn: 0, cut: 0, failed: [] };
  const under: Promise<void>[] = [];

  async function call(turn: number): Promise<void> {
    calls.sent += 1;
    for (let tries = 0; tries < 20; tries += 1) {
      const url = system.gatewayUrls[(turn + tries) % system.gatewayUrls.length] ?? '';
      const said = await callOnce(url, turn, user?.key ?? '');
      if (said === 'fine') return;
      if (said !== 'elsewhere' && said !== 'cut') return void calls.failed.push(said);
      calls[said === 'cut' ? 'cut' : 'movedOn'] += 1;
      await pause(50);
    }
    calls.failed.push('no gateway for a second');
  }

  for (let turn = 0; !signal.aborted; turn += 1) {
    under.push(call(turn));
    await pause(1_000 / perSecond);
  }
  await Promise.all(under);
  return calls;
}

async function callOnce(gatewayUrl: string, turn: number, key: string): Promise<'fine' | 'elsewhere' | 'cut' | string> {
  const isWrite = turn % 4 === 0;
  try {
    const answer = await fetch(`${gatewayUrl}/api:v2/${isWrite ? 'utils/estimate' : 'data/history?limit=5'}`, {
      method: isWrite ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${key}`, ...(isWrite && { 'content-type': 'application/json' }) },
      ...(isWrite && { body: JSON.stringify({ prompt: 'a fox' }) }),
      signal: AbortSignal.timeout(10_000),
    });
    await answer.arrayBuffer();
    if (answer.status < 400) return 'fine';
    if (answer.status === 503 && answer.headers.has('retry-after')) return 'elsewhere';
    return `answered ${answer.status}`;
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    if (cause?.code === 'ECONNREFUSED') return 'elsewhere';
    return cause?.code === 'ECONNRESET' || cause?.code === 'UND_ERR_SOCKET'
      ? 'cut'
      : `${cause?.code ?? String(error)} ${cause?.message ?? ''}`;
  }
}

async function run(laboratory: Laboratory): Promise<Outcome> {
  const system = await laboratory.system();
  const { n, rate, callsPerSecond, rounds } = sizes[laboratory.scale];
  const { fault, restarted } = restartAll(rounds);
  const over = new AbortController();
  const calling = callSteadily(system, callsPerSecond, over.signal);
  const draw = plainOrders(everyRoute, () => ({ follow: 'events' }));
  const tried = await tryOrders(laboratory, system, {
    name: 'F27',
    n,
    rate,
    faults: [fault],
    draw,
    isEnough: () => restarted.length >= names.length * rounds,
  });
  over.abort();
  const { sent, movedOn, cut, failed } = await calling;
  const resumed = tried.evidence.sometimes['connections resumed by subscribers'] ?? 0;
  return {
    figures: {
      ...figuresOf(tried),
      restarts: restarted.length,
      calls: sent,
      'calls that moved on': movedOn,
      'calls sent again over another connection': cut,
      failed: failed.length,
      resumed,
    },
    violations: [
      ...tried.broken,
      ...failed.map((said) => `a call failed: ${said}`),
      ...atLeast(names.length * rounds, 'restarts', restarted.length),
      ...atLeast(1, 'connections resumed by subscribers', resumed),
    ],
  };
}

export const rollingRestarts: Experiment[] = [
  {
    id: 'F27',
    fault: 'every service is restarted in turn, under load',
    how: 'SIGTERM to one of eight processes at a time; callers that are told 503 go to the other gateway',
    holds: ['I1', 'I7', 'I10', 'I11'],
    target: 'no call is lost: each is answered, or told 503 and Retry-After, or may be sent again; no event is lost',
    run,
  },
];
