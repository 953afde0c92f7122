import { answers } from './answers.ts';
import { crashes } from './crashes.ts';
import type { Experiment } from './experiment.ts';
import { kills } from './kills.ts';
import { nats } from './nats.ts';
import { postgres } from './postgres.ts';
import { specs } from './specs.ts';

const all = [kills, crashes, nats, postgres, answers, specs].flat().toSorted((a, b) => a.id.localeCompare(b.id));

/** By their ids; none named: all. Throws with what there is for an id that means nothing. */
export function chooseExperiments(ids: readonly string[]): Experiment[] {
  if (ids.length === 0) return all;
  return ids.map((id) => {
    const found = all.find((experiment) => experiment.id.toLowerCase() === id.toLowerCase());
    if (found) return found;
    throw new Error(`There is no experiment "${id}"; there are: ${all.map((experiment) => experiment.id).join(', ')}`);
  });
}
