import { ConfigurationError } from '@imagegen/runtime/env';
import { Secret } from '@imagegen/runtime/secret';

export type ProviderEndpoint = { baseUrl: string; key: Secret };

type EndpointChoice = {
  keyName: string;
  key: Secret | undefined;
  baseUrl: string;
  simulator: { url: string | undefined; path: string };
  production: boolean;
};

/**
 * With a key, the real provider. Without one, the simulator, which takes any key: in development only, unless its URL is configured
 * explicitly, since a production service must not make believe.
 */
export function chooseEndpoint({ keyName, key, baseUrl, simulator, production }: EndpointChoice): ProviderEndpoint {
  if (key) return { baseUrl, key };
  if (production) throw new ConfigurationError([`${keyName}: needed in production`]);
  if (!simulator.url) throw new ConfigurationError([`${keyName}: set it, or SIMULATOR_URL to work without`]);
  return { baseUrl: `${simulator.url}${simulator.path}`, key: new Secret('simulator') };
}
