import type { Latency } from './config.ts';
import type { Ledger } from './ledger.ts';
import type { Gallery } from './picture/gallery.ts';
import type { Runs } from './runs.ts';
import type { ScenarioDesk } from './standing-scenario.ts';

/** What the three simulated providers share. */
export type Plant = {
  readonly ledger: Ledger;
  readonly runs: Runs;
  readonly desk: ScenarioDesk;
  readonly gallery: Gallery;
  readonly latency: Latency;
  /** Start of every URL handed out; known once the server listens. */
  readonly publicUrl: () => string;
};
