import type { KeyPresence } from '@imagegen/core/routing/engine-health';
import { ConfigurationError } from '@imagegen/runtime/env';
import { Secret } from '@imagegen/runtime/secret';

export type ProviderEndpoint = { baseUrl: string; key: Secret };
export type ChosenEndpoint = ProviderEndpoint & { presence: KeyPresence };

type EndpointChoice = {
  keyName: string;
  key: Secret | undefined;
  baseUrl: string;
  simulator: { url: string | undefined; path: string };
  production: boolean;
};

/**
 * With a key, the real provider. Without one, the simulator, which takes any key: in development only, since a production service must not
 * make believe. There the key is said to be missing, and nothing can be bought.
 */
export function chooseEndpoint({ keyName, key, baseUrl, simulator, production }: EndpointChoice): ChosenEndpoint {
  if (key) return { baseUrl, key, presence: 'live' };
  if (production) return { baseUrl, key: new Secret(''), presence: 'missing' };
  if (!simulator.url) throw new ConfigurationError([`${keyName}: set it, or SIMULATOR_URL to work without`]);
  return { baseUrl: `${simulator.url}${simulator.path}`, key: new Secret('simulator'), presence: 'simulated' };
}
