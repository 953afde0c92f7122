import { type Saturation, saturate } from '../load/saturate.ts';
import { startCpuMeter } from '../measure/cpu-meter.ts';
import { median } from '../measure/percentiles.ts';
import type { MeasuredServer, ServerName, Servers } from './servers.ts';

export const connectionCounts = [1, 32, 128] as const;
const acceptedStatus = 202;
const warmUpSeconds = 4;

export type Round = Saturation & {
  server: ServerName;
  connections: number;
  round: number;
  /** CPU of the server and of Postgres, per request. */
  serverUs: number;
  postgresUs: number;
  /** What other programs took meanwhile. */
  foreignCores: number;
};

type Measuring = { servers: Servers; rounds: number; seconds: number; signal: AbortSignal; onRound: (round: Round) => void };

/** All servers in turn, round after round, so that whatever else the machine does hits all of them alike. Nothing is drained in between. */
export async function measureRounds({ servers, rounds, seconds, signal, onRound }: Measuring): Promise<Round[]> {
  const all: Round[] = [];
  // One connection alone would still be measuring the compiler.
  for (const server of servers.measured) await load(server, 32, warmUpSeconds);
  for (const connections of connectionCounts) {
    for (let round = 1; round <= rounds; round += 1) {
      for (const server of servers.measured) {
        signal.throwIfAborted();
        const cpuUsed = startCpuMeter({ ...servers.processes, bench: process });
        const saturation = await load(server, connections, seconds);
        const { ofMs, foreignMs, elapsedMs } = cpuUsed();
        const perRequestUs = (ms: number | undefined) => ((ms ?? Number.NaN) * 1000) / saturation.answered;
        const taken: Round = {
          ...saturation,
          server: server.name,
          connections,
          round,
          serverUs: perRequestUs(ofMs[server.name]),
          postgresUs: perRequestUs(ofMs.postgres),
          foreignCores: foreignMs / elapsedMs,
        };
        all.push(taken);
        onRound(taken);
      }
    }
  }
  return all;
}

export function load({ url, requests }: MeasuredServer, connections: number, seconds: number): Promise<Saturation> {
  return saturate({ url, connections, seconds, requests, expectedStatus: acceptedStatus });
}

const figures = ['requestsPerSecond', 'p50Ms', 'p99Ms', 'serverUs', 'postgresUs', 'generatorCores', 'foreignCores'] as const;

export type Summary = Record<(typeof figures)[number], number>;

/** The median of every figure over the rounds of one server at one number of connections. */
export function summarize(rounds: readonly Round[], server: ServerName, connections: number): Summary {
  const own = rounds.filter((round) => round.server === server && round.connections === connections);
  return Object.fromEntries(figures.map((name) => [name, median(own.map((round) => round[name]))])) as Summary;
}

/** The median of the ratios between the two servers' rounds that stood side by side. */
export function ratioTo(rounds: readonly Round[], baseline: ServerName, connections: number): number {
  const rate = (server: ServerName, round: number) =>
    rounds.find((each) => each.server === server && each.connections === connections && each.round === round)?.requestsPerSecond;
  const numbers = new Set(rounds.map(({ round }) => round));
  return median([...numbers].map((round) => (rate('gateway', round) ?? Number.NaN) / (rate(baseline, round) ?? Number.NaN)));
}
