import { startSystem } from '@imagegen/embedded/system';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { Client } from 'pg';
import { callerOf, submit } from '../e2e/gateway-calls.ts';
import { inputOf, inputs } from '../e2e/inputs.ts';
import { isolatedEnv } from '../isolated-env.ts';
import { liveViews, type ViewName } from '../live/live-views.ts';
import { nowMs, pace } from '../load/pace.ts';
import { startCpuMeter } from '../measure/cpu-meter.ts';
import { hotFunctions, profiledEnv } from '../measure/cpu-profile.ts';
import { percentile } from '../measure/percentiles.ts';
import type { BenchRun } from '../options.ts';
import { type Aim, type BenchReport, formatAims } from '../report/aim.ts';
import { formatHotFunctions } from '../report/hot-functions.ts';
import { describeMachine, formatMachine } from '../report/machine.ts';
import { formatMs, formatTable } from '../report/table.ts';
import { rootDir } from '../root-dir.ts';

const defaultSeconds = 20;
const warmUpSeconds = 5;
const firstRate = 8;
const wantedP95Ms = 150;
/** Subscribers take turns. */
const measuredViews: readonly ViewName[] = ['SSE', 'WebSocket'];
/** A generation that has not ended by then ends the run: the rate is beyond the system. */
const patienceMs = 120_000;

type Arrival = { generationId: string; seq: number; view: ViewName; atMs: number; subscribedAtMs: number };

/** How long an event takes from Postgres to a subscriber, with everything running beside it. */
export async function benchEvents({ rate, seconds, profileDir, print, signal }: BenchRun): Promise<BenchReport> {
  const machine = describeMachine();
  const runSeconds = seconds ?? defaultSeconds;
  print(`${formatMachine(machine)}\n${rate} generations per second for ${runSeconds} s, a subscriber each`);
  const { arrivals, latencies, wholeMs, cpu } = await run();

  const rows = [...measuredViews, null].map((view) => {
    const ms = latencies.filter((each) => view === null || each.view === view).map(({ latencyMs }) => latencyMs);
    return { view: view ?? 'both', events: ms.length, p50Ms: percentile(ms, 50), p95Ms: percentile(ms, 95), p99Ms: percentile(ms, 99) };
  });
  print(
    formatTable(
      ['event written → received, ms', 'events', 'p50', 'p95', 'p99'],
      rows.map(({ view, events, p50Ms, p95Ms, p99Ms }) => [view, String(events), ...[p50Ms, p95Ms, p99Ms].map(formatMs)]),
    ),
  );
  print(`submit → last event: p50 ${formatMs(percentile(wholeMs, 50))} ms, p95 ${formatMs(percentile(wholeMs, 95))} ms`);
  print(
    formatTable(
      ['process', '% of a core'],
      Object.entries(cpu.cores).map(([name, cores]) => [name, (100 * cores).toFixed(1)]),
    ),
  );
  print(`the gateway, everything included: ${formatMs(cpu.gatewayMs / arrivals)} ms of CPU per event received`);
  const p95Ms = rows.at(-1)?.p95Ms ?? Number.NaN;
  const aims: Aim[] = [
    { what: `p95 at ${rate} per second`, wanted: `< ${wantedP95Ms} ms`, measured: `${formatMs(p95Ms)} ms`, met: p95Ms < wantedP95Ms },
  ];
  print(`\n${formatAims(aims)}`);
  const hot = profileDir ? { gateway: hotFunctions(profileDir, 'gateway').slice(0, 30) } : undefined;
  if (hot) print(`\n${formatHotFunctions(hot)}`);
  return { machine, rate, runSeconds, latencies: rows, cpu, aims, ...(hot && { hotFunctions: hot }) };

  async function run() {
    await using folder = await temporaryFolder();
    await using system = await startSystem({
      rootDir,
      dataDir: folder.path,
      env: { ...isolatedEnv, NODE_ENV: 'development', LOG_LEVEL: 'warn' },
      envFor: { gateway: profiledEnv(profileDir, 'gateway') },
    });
    const arrived: Arrival[] = [];
    const generate = (index: number) => generateAndListen(system.urls.gateway, index, arrived);
    await pace({ perSecond: firstRate, seconds: inputs.length / firstRate, signal }, generate);
    await pace({ perSecond: rate, seconds: warmUpSeconds, signal }, generate);
    arrived.length = 0;
    const cpuUsed = startCpuMeter({ ...system.processes, bench: process });
    const wholes = await pace({ perSecond: rate, seconds: runSeconds, signal }, generate);
    const { ofMs, foreignMs, elapsedMs } = cpuUsed();
    const cores = Object.fromEntries(Object.entries({ ...ofMs, 'other programs': foreignMs }).map(([name, ms]) => [name, ms / elapsedMs]));
    return {
      arrivals: arrived.length,
      latencies: await sinceWritten(system.urls.database, arrived),
      wholeMs: wholes,
      cpu: { cores, gatewayMs: ofMs.gateway ?? Number.NaN },
    };
  }
}

/** Milliseconds to the last event. */
async function generateAndListen(url: string, index: number, arrived: Arrival[]): Promise<number> {
  const startedAtMs = nowMs();
  const caller = callerOf(url, index);
  const view = measuredViews[index % measuredViews.length] ?? 'SSE';
  const { generation_id: generationId } = await submit(caller, inputOf(index));
  const ended = Promise.withResolvers<void>();
  let subscribedAtMs = Number.POSITIVE_INFINITY;
  const late = setTimeout(() => ended.reject(new Error(`${generationId} did not end in time`)), patienceMs);
  const close = await liveViews[view]({
    caller,
    generationId,
    onEvent: ({ seq, status }) => {
      const atMs = nowMs();
      // From the first event on it is certain that the subscription stands.
      subscribedAtMs = Math.min(subscribedAtMs, atMs);
      arrived.push({ generationId, seq, view, atMs, subscribedAtMs });
      if (status === 'completed') ended.resolve();
      if (status === 'failed') ended.reject(new Error(`${generationId} failed`));
    },
  });
  await ended.promise.finally(() => {
    clearTimeout(late);
    close();
  });
  return nowMs() - startedAtMs;
}

/** Of the events that were written while their subscriber was listening: from the start of the statement that wrote it to the client. */
async function sinceWritten(databaseUrl: string, arrived: readonly Arrival[]): Promise<(Arrival & { latencyMs: number })[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ generation_id: string; seq: number; at_ms: number }>(
      'select generation_id, seq, (extract(epoch from at) * 1000)::float8 as at_ms from generation_events where generation_id = any($1)',
      [[...new Set(arrived.map(({ generationId }) => generationId))]],
    );
    const writtenAtMs = new Map(rows.map(({ generation_id, seq, at_ms }) => [`${generation_id}/${seq}`, at_ms]));
    return arrived.flatMap((arrival) => {
      const writtenMs = writtenAtMs.get(`${arrival.generationId}/${arrival.seq}`);
      return writtenMs === undefined || writtenMs < arrival.subscribedAtMs ? [] : [{ ...arrival, latencyMs: arrival.atMs - writtenMs }];
    });
  } finally {
    await client.end();
  }
}
