import { hotFunctions } from '../measure/cpu-profile.ts';
import { type Memory, memoryOf } from '../measure/process-usage.ts';
import type { BenchRun } from '../options.ts';
import { type Aim, type BenchReport, formatAims } from '../report/aim.ts';
import { formatHotFunctions } from '../report/hot-functions.ts';
import { describeMachine, formatMachine } from '../report/machine.ts';
import { formatCount, formatMs, formatTable } from '../report/table.ts';
import { connectionCounts, load, measureRounds, type Round, ratioTo, summarize } from './rounds.ts';
import { poolSize, type ServerName, type Servers, startServers } from './servers.ts';

const defaultSeconds = 3;
const acceptsBeforeMemory = 50_000;
const aimedRatio = 0.6;
const aimedMemoryMiB = 200;

const titles: Record<ServerName, string> = {
  gateway: 'gateway: POST /api:v2/smart/generate',
  insert: 'Fastify + zod + one INSERT',
  echo: 'Fastify + zod echo',
};

/** How many generations the gateway accepts per second, beside what the same machine does with less to do. */
export async function benchAccept({ rounds, seconds, profileDir, print, signal }: BenchRun): Promise<BenchReport> {
  const machine = describeMachine();
  const roundSeconds = seconds ?? defaultSeconds;
  print(formatMachine(machine));
  const { taken, accepts, memory, fsync, answerBytes } = await run();
  print(
    `Postgres fsync ${fsync}, ${poolSize} connections each; answers of ${answerBytes} bytes; medians of ${rounds} × ${roundSeconds} s\n`,
  );

  const results = connectionCounts.map((connections) => ({
    connections,
    servers: Object.fromEntries((['gateway', 'insert', 'echo'] as const).map((name) => [name, summarize(taken, name, connections)])),
    ratioToInsert: ratioTo(taken, 'insert', connections),
    ratioToEcho: ratioTo(taken, 'echo', connections),
  }));
  print(formatResults(taken));
  const aims: Aim[] = [
    ...results
      .filter(({ connections }) => connections > 1)
      .map(({ connections, ratioToInsert }) => ({
        what: `accepted per second against the INSERT baseline, ${connections} connections`,
        wanted: `≥ ${aimedRatio}`,
        measured: ratioToInsert.toFixed(2),
        met: ratioToInsert >= aimedRatio,
      })),
    {
      what: `memory of the gateway after ${formatCount(accepts)} accepts`,
      wanted: `< ${aimedMemoryMiB} MiB`,
      measured: `${memory.rssMiB} MiB (at most ${memory.peakRssMiB})`,
      met: memory.rssMiB < aimedMemoryMiB,
    },
  ];
  print(`\n${formatAims(aims)}`);
  const hot = profileDir ? { gateway: hotFunctions(profileDir, 'gateway').slice(0, 25) } : undefined;
  if (hot) print(`\n${formatHotFunctions(hot)}`);
  return { machine, roundSeconds, fsync, answerBytes, results, accepts, memory, aims, rounds: taken, ...(hot && { hotFunctions: hot }) };

  async function run() {
    await using servers = await startServers(profileDir);
    const onRound = ({ server, connections, round, requestsPerSecond }: Round) =>
      print(`  ${String(connections).padStart(3)} connections, round ${round}, ${server.padEnd(7)} ${formatCount(requestsPerSecond)}/s`);
    const taken = await measureRounds({ servers, rounds, seconds: roundSeconds, signal, onRound });
    const accepted = taken.filter(({ server }) => server === 'gateway').reduce((sum, { answered }) => sum + answered, 0);
    const { memory, accepts } = await memoryAfterAccepts(servers, accepted, signal);
    print('');
    return { taken, memory, accepts, fsync: servers.fsync, answerBytes: servers.answerBytes };
  }
}

/** Goes on accepting until there were enough, and looks at once: what memory is given back later does not count. */
async function memoryAfterAccepts(servers: Servers, accepted: number, signal: AbortSignal): Promise<{ memory: Memory; accepts: number }> {
  const gateway = servers.measured[0]!;
  let accepts = accepted;
  while (accepts < acceptsBeforeMemory) {
    signal.throwIfAborted();
    accepts += (await load(gateway, 32, 2)).answered;
  }
  return { accepts, memory: memoryOf(gateway.process.pid) };
}

function formatResults(taken: readonly Round[]): string {
  const rows = connectionCounts.flatMap((connections) =>
    (['gateway', 'insert', 'echo'] as const).map((server) => {
      const { requestsPerSecond, p50Ms, p99Ms, serverUs, postgresUs, generatorCores, foreignCores } = summarize(taken, server, connections);
      return [
        titles[server],
        String(connections),
        formatCount(requestsPerSecond),
        server === 'gateway' ? '' : ratioTo(taken, server, connections).toFixed(2),
        formatMs(p50Ms),
        formatMs(p99Ms),
        formatCount(serverUs),
        server === 'echo' ? '' : formatCount(postgresUs),
        generatorCores.toFixed(2),
        foreignCores.toFixed(2),
      ];
    }),
  );
  const heading = [
    '',
    'conns',
    'req/s',
    'gateway ÷ it',
    'p50 ms',
    'p99 ms',
    'CPU µs/req',
    'Postgres µs/req',
    'generator cores',
    'others cores',
  ];
  return formatTable(heading, rows);
}
