import { answers } from './answers.ts';
import { clocks } from './clocks.ts';
import { contests } from './contests.ts';
import { crashes } from './crashes.ts';
import type { Experiment } from './experiment.ts';
import { kills } from './kills.ts';
import { load } from './load.ts';
import { nats } from './nats.ts';
import { partitions } from './partitions.ts';
import { poisons } from './poison.ts';
import { postgres } from './postgres.ts';
import { providers } from './providers.ts';
import { rollingRestarts } from './rolling-restart.ts';
import { specs } from './specs.ts';

const families = [answers, clocks, contests, crashes, kills, load, nats, partitions, poisons, postgres, providers, rollingRestarts, specs];
const all = families.flat().toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** By their ids; none named: all. Throws with what there is for an id that means nothing. */
export function chooseExperiments(ids: readonly string[]): Experiment[] {
  if (ids.length === 0) return all;
  return ids.map((id) => {
    const found = all.find((experiment) => experiment.id.toLowerCase() === id.toLowerCase());
    if (found) return found;
    throw new Error(`There is no experiment "${id}"; there are: ${all.map((experiment) => experiment.id).join(', ')}`);
  });
}
