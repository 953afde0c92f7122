import { crashPoints } from './crash-points.ts';
import type { Fault } from './fault.ts';
import { kills } from './kills.ts';
import { networkFaults } from './network.ts';
import { pauses } from './pauses.ts';
import { providerScenarios } from './provider-scenarios.ts';

const groups: Readonly<Record<string, readonly Fault[]>> = {
  kills,
  pauses,
  network: networkFaults,
  crashes: crashPoints,
  providers: providerScenarios,
};

const all = Object.values(groups).flat();

/** Faults by their names, or the names of groups; `none`: none. Throws with what there is for a name that means nothing. */
export function chooseFaults(names: readonly string[]): Fault[] {
  if (names.length === 1 && names[0] === 'none') return [];
  if (names.length === 0) return all;
  return names.flatMap((name) => {
    const found = groups[name] ?? all.filter((fault) => fault.name === name || fault.name.startsWith(`${name}-`));
    if (found.length > 0) return found;
    throw new Error(`There is no fault "${name}"; there are: ${[...Object.keys(groups), ...all.map((fault) => fault.name)].join(', ')}`);
  });
}
