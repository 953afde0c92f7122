import type { Provider } from '@imagegen/core/engines/engine';
import { subjects } from '@imagegen/core/messages/subjects';
import type { Bus } from './connect.ts';
import { hearRings } from './hear-rings.ts';

type Hearing = { bus: Bus; provider: Provider; onCallback: (generationId: string) => void };

/** Calls back with the generation id whenever its provider has called back. Not durable: whoever waits polls as well. */
export function hearCallbacks({ bus, provider, onCallback }: Hearing): AsyncDisposable {
  return hearRings(bus, subjects.callbackOf(provider), onCallback);
}
