import type { Latency } from './config.ts';
import type { Ledger } from './ledger.ts';
import type { Gallery } from './picture/gallery.ts';
import type { Runs } from './runs.ts';
import type { ScenarioDesk } from './standing-scenario.ts';
import type { Courier } from './webhook.ts';

/** What the three simulated providers share. */
export type Plant = {
  readonly ledger: Ledger;
  readonly runs: Runs;
  readonly desk: ScenarioDesk;
  readonly gallery: Gallery;
  readonly courier: Courier;
  readonly latency: Latency;
  /** Start of every URL handed out; known once the server listens. */
  readonly publicUrl: () => string;
};

/** Holds an answer back until the request is over and its webhooks are through: the caller hears of the end before it knows the id. */
export async function settledAndAnnounced({ runs, courier }: Plant, id: string): Promise<void> {
  await runs.settled(id);
  await courier.delivered(id);
}
