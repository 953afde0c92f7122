import { setTimeout as pause } from 'node:timers/promises';
import { startSystem } from '@imagegen/embedded/system';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { callerOf, submit } from '../e2e/gateway-calls.ts';
import { isolatedEnv } from '../isolated-env.ts';
import { liveViews, type ViewName, viewNames } from '../live/live-views.ts';
import { startCpuMeter } from '../measure/cpu-meter.ts';
import { memoryOf } from '../measure/process-usage.ts';
import type { BenchRun } from '../options.ts';
import { type Aim, type BenchReport, formatAims } from '../report/aim.ts';
import { describeMachine, formatMachine } from '../report/machine.ts';
import { formatTable } from '../report/table.ts';
import { rootDir } from '../root-dir.ts';
import { collectGarbage, inspectable } from './inspected-process.ts';

/** Generations that are listened to; no provider service runs, so that nothing happens to them. */
const generations = 500;
const warmUp = 200;
/** Opened at a time. */
const together = 20;
const defaultIdleSeconds = 20;
const wantedKb = 20;
const aimed: readonly ViewName[] = ['SSE', 'WebSocket'];

type Figures = { view: ViewName; rssKb: number; heapKb: number; idleCpuMsPerSecond: number };

/** What it costs the gateway that thousands wait for events that do not come: memory of each connection, CPU of all. */
export async function benchSubscribers({ subscribers, seconds, print, signal }: BenchRun): Promise<BenchReport> {
  const machine = describeMachine();
  print(`${formatMachine(machine)}\n${subscribers} idle subscribers`);
  const figures: Figures[] = [];
  for (const view of viewNames) {
    figures.push(await measure(view, { subscribers, idleSeconds: seconds ?? defaultIdleSeconds, signal }));
    print(`${view}: ${figures.at(-1)?.rssKb.toFixed(1)} kB`);
  }
  print(
    formatTable(
      ['view', 'RSS, kB each', 'of that JS heap', 'idle CPU of the gateway, ms/s'],
      figures.map(({ view, rssKb, heapKb, idleCpuMsPerSecond }) => [
        view,
        rssKb.toFixed(1),
        heapKb.toFixed(1),
        idleCpuMsPerSecond.toFixed(1),
      ]),
    ),
  );
  const aims = figures
    .filter(({ view }) => aimed.includes(view))
    .map(({ view, rssKb }): Aim => ({ what: view, wanted: `< ${wantedKb} kB`, measured: `${rssKb.toFixed(1)} kB`, met: rssKb < wantedKb }));
  print(`\n${formatAims(aims)}`);
  return { machine, subscribers, figures, aims };
}

type Measurement = { subscribers: number; idleSeconds: number; signal: AbortSignal };

/** On a gateway of its own: memory that was used once is not given back. */
async function measure(view: ViewName, { subscribers, idleSeconds, signal }: Measurement): Promise<Figures> {
  await using folder = await temporaryFolder();
  const { nodeOptions, port } = await inspectable();
  await using system = await startSystem({
    rootDir,
    dataDir: folder.path,
    only: ['gateway'],
    env: { ...isolatedEnv, NODE_ENV: 'development', LOG_LEVEL: 'warn' },
    envFor: { gateway: { NODE_OPTIONS: nodeOptions } },
  });
  const caller = callerOf(system.urls.gateway, 0);
  const ids: string[] = [];
  for (let index = 0; index < generations; index += 1)
    ids.push((await submit(caller, { prompt: `a harbour, view ${index}` })).generation_id);
  const open = async (count: number) => {
    const close: (() => void)[] = [];
    while (close.length < count) {
      signal.throwIfAborted();
      const batch = Array.from(
        { length: Math.min(together, count - close.length) },
        (_, index) => ids[(close.length + index) % ids.length] ?? '',
      );
      close.push(...(await Promise.all(batch.map((generationId) => openAndHear(view, caller, generationId)))));
    }
    return () => {
      for (const each of close) each();
    };
  };
  const { pid } = system.processes.gateway ?? {};
  const memory = async () => ({ heapBytes: await collectGarbage(port), rssMiB: memoryOf(pid).rssMiB });

  (await open(warmUp))();
  const before = await memory();
  const closeAll = await open(subscribers);
  const cpuUsed = startCpuMeter({ gateway: { pid } });
  await pause(idleSeconds * 1000, undefined, { signal });
  const { ofMs, elapsedMs } = cpuUsed();
  const after = await memory();
  closeAll();
  return {
    view,
    rssKb: ((after.rssMiB - before.rssMiB) * 1024) / subscribers,
    heapKb: (after.heapBytes - before.heapBytes) / 1024 / subscribers,
    idleCpuMsPerSecond: ((ofMs.gateway ?? Number.NaN) * 1000) / elapsedMs,
  };
}

/** Resolves when the first event has been heard: from then on the connection idles. */
async function openAndHear(view: ViewName, caller: ReturnType<typeof callerOf>, generationId: string): Promise<() => void> {
  const heard = Promise.withResolvers<void>();
  const close = await liveViews[view]({ caller, generationId, onEvent: () => heard.resolve() });
  await heard.promise;
  return close;
}
