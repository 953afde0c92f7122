import { benchAccept } from './accept/bench-accept.ts';
import { benchEndToEnd } from './e2e/bench-end-to-end.ts';
import { benchEvents } from './events/bench-events.ts';
import { benchHistory } from './history/bench-history.ts';
import { readOptions, UsageError } from './options.ts';
import { writeJsonReport } from './report/json-report.ts';
import { benchSubscribers } from './subscribers/bench-subscribers.ts';

const benches = { accept: benchAccept, e2e: benchEndToEnd, history: benchHistory, events: benchEvents, subscribers: benchSubscribers };

/** Tells a run that measured too much from one that could not measure. */
const aimMissed = 2;

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort(new Error(`ended by ${signal}`)));

try {
  const { bench, jsonFile, ...options } = readOptions(process.argv.slice(2));
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  const report = await benches[bench]({ ...options, print, signal: interrupted.signal });
  if (jsonFile) await writeJsonReport(jsonFile, { bench, ...report });
  if (report.aims.some(({ met }) => !met)) process.exitCode = aimMissed;
} catch (error) {
  const isOurs = error instanceof UsageError || interrupted.signal.aborted;
  process.stderr.write(`${error instanceof Error ? (!isOurs && error.stack) || error.message : String(error)}\n`);
  process.exitCode = 1;
}
