import { freePort } from './free-port.ts';

const workerKeys = { fal: 'FAL_KEY', replicate: 'REPLICATE_API_TOKEN', openai: 'OPENAI_API_KEY' } as const;

export type AppName = 'gateway' | 'simulator' | keyof typeof workerKeys;

/** One process: `name` is the app's, with a number for a further gateway; `port` is where it answers `/healthz`. */
export type PlannedApp = { app: AppName; name: string; port: number };

type Wishes = { only?: readonly AppName[] | undefined; gateways?: number | undefined; port?: number | undefined };

const workerNames = Object.keys(workerKeys) as (keyof typeof workerKeys)[];

/**
 * Which apps run: those asked for, by default the gateway and the three provider services; and the simulator where a provider service
 * has no key and no simulator is running elsewhere (`SIMULATOR_URL`).
 */
export function chooseApps(only: readonly AppName[] | undefined, env: NodeJS.ProcessEnv): AppName[] {
  const chosen = new Set<AppName>(only ?? ['gateway', ...workerNames]);
  const lacksKey = workerNames.some((name) => chosen.has(name) && !env[workerKeys[name]] && !env[`${workerKeys[name]}_FILE`]);
  if (lacksKey && !env.SIMULATOR_URL) chosen.add('simulator');
  return [...chosen];
}

/** Gives every process its name and port; the first gateway gets the port that was asked for. */
export async function planApps({ only, gateways = 1, port }: Wishes, env: NodeJS.ProcessEnv): Promise<PlannedApp[]> {
  const names = chooseApps(only, env).flatMap((app) =>
    Array.from({ length: app === 'gateway' ? gateways : 1 }, (_, index) => ({ app, name: index === 0 ? app : `${app}-${index + 1}` })),
  );
  return Promise.all(names.map(async (planned) => ({ ...planned, port: (planned.name === 'gateway' && port) || (await freePort()) })));
}
