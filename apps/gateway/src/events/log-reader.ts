import { AppError } from '@imagegen/core/errors/app-error';
import { isTerminal } from '@imagegen/core/generation/status';
import type { Executor } from '@imagegen/db/open-database';
import { type LoggedEvent, type LogPosition, logPageSize, readLogs } from '@imagegen/db/queries/events';
import { type GenerationRow, listGenerations } from '@imagegen/db/queries/generations';
import { gather } from '@imagegen/runtime/gather';
import type { ImageLinks } from '../generations/image-links.ts';
import { presentGeneration } from '../generations/present-generation.ts';
import { type LiveEvent, presentEvent } from './present-event.ts';

export type Ask = LogPosition & { requestId: string };

/** `more`: there may be more already. `gone`: the generation was deleted before its last event was told. */
type LogPage = { events: readonly LiveEvent[]; more: boolean; gone: boolean };

/** Two looks at a time keep both sides busy; how many positions go into one. */
const gathering = { underWay: 2, perRound: 200 };

/**
 * Reads logs for all subscribers of this process together: those who look at the same moment share one statement, and those who stand at the
 * same event of one log share its events. For subscribers who were let in already: it does not ask whose a generation is.
 */
export class LogReader {
  readonly #read: (ask: Ask) => Promise<LogPage>;

  constructor(db: Executor, links: ImageLinks) {
    this.#read = gather((asks: Ask[]) => readTogether(db, links, asks), gathering);
  }

  /** What comes after a position. Throws NOT_FOUND when the generation was deleted before its last event was told. */
  async readAfter(ask: Ask): Promise<Omit<LogPage, 'gone'>> {
    const page = await this.#read(ask);
    if (page.gone) throw new AppError('NOT_FOUND', 'Generation not found');
    return page;
  }
}

async function readTogether(db: Executor, links: ImageLinks, asks: readonly Ask[]): Promise<LogPage[]> {
  const different = new Map(asks.map((ask) => [keyOf(ask), ask]));
  const logs = await readLogs(db, [...different.values()]);
  const rows = await readEnded(db, [...different.values()], logs);
  const pages = new Map([...different].map(([key, ask], index) => [key, toPage(ask, logs[index] ?? [])]));
  return asks.map((ask) => pages.get(keyOf(ask)) ?? toPage(ask, []));

  function toPage(ask: Ask, log: readonly LoggedEvent[]): LogPage {
    const row = rows.get(ask.generationId);
    const told = log.filter(({ status }) => row || !isTerminal(status));
    const events = told.map((event): LiveEvent => {
      const presented = presentEvent(ask, event);
      return row && isTerminal(event.status) ? { ...presentGeneration(row, links), ...presented } : presented;
    });
    return { events, more: log.length === logPageSize, gone: told.length < log.length };
  }
}

/** The rows of those whose last event is in these logs. */
async function readEnded(db: Executor, asks: readonly Ask[], logs: readonly LoggedEvent[][]): Promise<Map<string, GenerationRow>> {
  const ended = asks.filter((_, index) => logs[index]?.some(({ status }) => isTerminal(status)));
  if (ended.length === 0) return new Map();
  const rows = await listGenerations(
    db,
    ended.map(({ generationId }) => generationId),
  );
  return new Map(rows.map((row) => [row.generation_id, row]));
}

function keyOf({ generationId, afterSeq }: Ask): string {
  return `${generationId}/${afterSeq}`;
}
