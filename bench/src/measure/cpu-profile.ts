import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of the V8 inspector's Profiler.Profile, as `node --cpu-prof` writes it. */
type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
};

export type HotFunction = { name: string; selfPercent: number };

/** Environment that makes a Node process write its CPU profile when it ends. */
export function profiledEnv(profileDir: string | null, app: string): NodeJS.ProcessEnv {
  return profileDir ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${join(profileDir, app)}` } : {};
}

/** Functions of a profiled app by their own share of the time the process was not idle, largest first. */
export function hotFunctions(profileDir: string, app: string): HotFunction[] {
  const selfUs = new Map<string, number>();
  for (const file of globSync(join(profileDir, app, '*.cpuprofile'))) addSelfTimes(JSON.parse(readFileSync(file, 'utf8')), selfUs);
  selfUs.delete('(idle)');
  const busyUs = [...selfUs.values()].reduce((sum, us) => sum + us, 0);
  return [...selfUs].map(([name, us]) => ({ name, selfPercent: (100 * us) / busyUs })).sort((a, b) => b.selfPercent - a.selfPercent);
}

function addSelfTimes({ nodes, samples, timeDeltas }: CpuProfile, selfUs: Map<string, number>): void {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, describe(callFrame)]));
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '(unknown)';
    // A sample stands for the time until the next one.
    selfUs.set(name, (selfUs.get(name) ?? 0) + (timeDeltas[index + 1] ?? 0));
  });
}

function describe({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const place = url.split('/').slice(-3).join('/');
  return `${functionName || '(anonymous)'}${place && ` ${place}:${lineNumber + 1}`}`;
}
