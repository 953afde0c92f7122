import { type Installation, inspect } from './engine.ts';

type Container = {
  Name: string;
  Config: { User: string; Healthcheck?: object };
  State: { Health?: { Status: string }; ExitCode: number };
  HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[] | null; SecurityOpt: string[] | null; Memory: number; PidsLimit: number | null };
};

const runningServices = ['postgres', 'nats', 'gateway', 'fal', 'replicate', 'openai', 'simulator'];

/** Throws at the first container that may do more than it has to, or is not healthy. */
export async function checkContainers(installed: Installation): Promise<string> {
  const ids = await Promise.all(runningServices.map((service) => installed.containersOf(service)));
  const containers = await inspect<Container>('container', ids.flat());
  for (const { Name, Config, State, HostConfig } of containers) {
    const broken = [
      ['runs as root', Config.User === '' || Config.User.startsWith('0')],
      ['may write to its root', !HostConfig.ReadonlyRootfs],
      ['has capabilities', !HostConfig.CapDrop?.includes('ALL')],
      ['may gain privileges', !HostConfig.SecurityOpt?.some((option) => option.startsWith('no-new-privileges'))],
      ['has no limits', HostConfig.Memory === 0 || !HostConfig.PidsLimit],
      ['is not healthy', State.Health?.Status !== 'healthy'],
    ].filter(([, is]) => is);
    if (broken.length > 0) throw new Error(`${Name} ${broken.map(([words]) => words).join(', ')}`);
  }
  return `${containers.length} containers`;
}

/** Stops our services as `docker compose stop` does. Throws unless each ended by itself, with 0. */
export async function checkStopping(installed: Installation): Promise<string> {
  const ours = ['gateway', 'fal', 'replicate', 'openai', 'simulator'];
  const startedAt = performance.now();
  await installed.compose('stop', ...ours);
  const ids = await Promise.all(ours.map((service) => installed.containersOf(service)));
  for (const { Name, State } of await inspect<Container>('container', ids.flat())) {
    if (State.ExitCode !== 0) throw new Error(`${Name} ended with ${State.ExitCode}`);
  }
  return `${Math.round(performance.now() - startedAt)} ms, all with exit code 0`;
}
