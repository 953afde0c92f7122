import { chooseApps } from '@imagegen/embedded/system-plan';

export const providers = ['fal', 'replicate', 'openai'] as const;
export type Provider = (typeof providers)[number];

/** The providers whose services have no key and therefore talk to the simulator. */
export function simulatedProviders(env: NodeJS.ProcessEnv): Provider[] {
  return providers.filter((provider) => chooseApps([provider], { ...env, SIMULATOR_URL: undefined }).includes('simulator'));
}
