import { join } from 'node:path';
import { startSystem } from '@imagegen/embedded/system';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { isolatedEnv } from '../isolated-env.ts';
import { pace } from '../load/pace.ts';
import { startCpuMeter } from '../measure/cpu-meter.ts';
import { hotFunctions, profiledEnv } from '../measure/cpu-profile.ts';
import { percentile } from '../measure/percentiles.ts';
import type { BenchRun } from '../options.ts';
import { type Aim, type BenchReport, formatAims } from '../report/aim.ts';
import { formatHotFunctions } from '../report/hot-functions.ts';
import { describeMachine, formatMachine } from '../report/machine.ts';
import { formatMs, formatTable } from '../report/table.ts';
import { rootDir } from '../root-dir.ts';
import { timeDirectCycle } from './direct-cycle.ts';
import { callerOf, providerRequest } from './gateway-calls.ts';
import { createGenerator } from './generate-once.ts';
import { inputs } from './inputs.ts';
import { measureStages, type Stage } from './stages.ts';

const defaultSeconds = 20;
const firstRate = 8;
const warmUpSeconds = 5;
const directSeconds = 4;
const percents = [50, 95, 99];
const aimedMs = new Map([
  [50, 40],
  [95, 100],
]);

/** How long we keep a picture from its caller: submit → in the vault and visible, minus what the simulated provider takes itself. */
export async function benchEndToEnd({ rate, seconds, profileDir, print, signal }: BenchRun): Promise<BenchReport> {
  const machine = describeMachine();
  const runSeconds = seconds ?? defaultSeconds;
  print(`${formatMachine(machine)}\n${rate} per second for ${runSeconds} s, flux-standard, 1024² JPEG`);
  const { wholeMs, directMs, stages, cpu } = await run();

  const simulatorMs = percentile(directMs, 50);
  const latencies = percents.map((percent) => {
    const whole = percentile(wholeMs, percent);
    return { percent, wholeMs: whole, addedMs: whole - simulatorMs, directMs: percentile(directMs, percent) };
  });
  print(formatLatencies(latencies));
  print(`\n${formatStages(stages)}\n\n${formatCpu(cpu)}`);
  const aims = latencies.flatMap(({ percent, addedMs }): Aim[] => {
    const wantedMs = aimedMs.get(percent);
    return wantedMs === undefined
      ? []
      : [{ what: `added, p${percent}`, wanted: `< ${wantedMs} ms`, measured: `${formatMs(addedMs)} ms`, met: addedMs < wantedMs }];
  });
  print(`\n${formatAims(aims)}`);
  const hot = profileDir ? Object.fromEntries(profiledApps.map((app) => [app, hotFunctions(profileDir, app).slice(0, 20)])) : undefined;
  if (hot) print(`\n${formatHotFunctions(hot)}`);
  return { machine, rate, runSeconds, simulatorMs, latencies, stages, cpuCores: cpu, aims, ...(hot && { hotFunctions: hot }) };

  async function run() {
    await using folder = await temporaryFolder();
    const vaultDir = join(folder.path, 'vault');
    await using system = await startSystem({
      rootDir,
      dataDir: folder.path,
      env: { ...isolatedEnv, NODE_ENV: 'development', LOG_LEVEL: 'warn', SIMULATOR_LATENCY_MS: '0', VAULT_DIR: vaultDir },
      envFor: Object.fromEntries(profiledApps.map((app) => [app, profiledEnv(profileDir, app)])),
    });
    const { gateway: gatewayUrl, simulator: simulatorUrl = '', database } = system.urls;
    const generate = createGenerator({ gatewayUrl, vaultDir });
    const requests = await Promise.all(inputs.map((input) => providerRequest(callerOf(gatewayUrl, 0), input)));
    const direct = (index: number) => timeDirectCycle(simulatorUrl, requests[index % requests.length]!);

    await pace({ perSecond: firstRate, seconds: inputs.length / firstRate, signal }, generate);
    const directBefore = await pace({ perSecond: rate, seconds: directSeconds, signal }, direct);
    await pace({ perSecond: rate, seconds: warmUpSeconds, signal }, generate);
    const cpuUsed = startCpuMeter({ ...system.processes, bench: process });
    const generated = await pace({ perSecond: rate, seconds: runSeconds, signal }, generate);
    const { ofMs, foreignMs, elapsedMs } = cpuUsed();
    const cpu = Object.fromEntries(Object.entries({ ...ofMs, 'other programs': foreignMs }).map(([name, ms]) => [name, ms / elapsedMs]));
    const directAfter = await pace({ perSecond: rate, seconds: directSeconds, signal }, direct);
    return {
      wholeMs: generated.map(({ intendedAtMs, visibleAtMs }) => visibleAtMs - intendedAtMs),
      directMs: [...directBefore, ...directAfter],
      stages: await measureStages(database, generated),
      cpu,
    };
  }
}

const profiledApps = ['gateway', 'fal'] as const;

type Latency = { percent: number; wholeMs: number; addedMs: number; directMs: number };

function formatLatencies(latencies: readonly Latency[]): string {
  const row = (name: string, of: (latency: Latency) => number) => [name, ...latencies.map((latency) => formatMs(of(latency)))];
  return formatTable(
    ['ms', ...latencies.map(({ percent }) => `p${percent}`)],
    [
      row('submit → visible', ({ wholeMs }) => wholeMs),
      row('the simulator alone, asked directly at the same rate', ({ directMs }) => directMs),
      row("added: the former minus the latter's median", ({ addedMs }) => addedMs),
    ],
  );
}

function formatStages(stages: readonly Stage[]): string {
  return formatTable(
    ['stage, with the simulator in it', 'p50 ms', 'p95 ms'],
    stages.map(({ name, p50Ms, p95Ms }) => [name, formatMs(p50Ms), formatMs(p95Ms)]),
  );
}

function formatCpu(cores: Readonly<Record<string, number>>): string {
  const rows = Object.entries(cores).map(([name, share]) => [name, (100 * share).toFixed(1)]);
  const whole = Object.values(cores).reduce((sum, share) => sum + share, 0);
  return formatTable(['process', '% of a core'], [...rows, ['all', (100 * whole).toFixed(1)]]);
}
