import type { Provider } from '@imagegen/core/engines/engine';
import { subjects } from '@imagegen/core/messages/subjects';
import type { Bus } from './connect.ts';
import { hearRings } from './hear-rings.ts';

type Hearing = { bus: Bus; provider: Provider; onCancel: (generationId: string) => void };

/** Calls back with the generation id whenever somebody rings to cancel. Not durable: what is wanted is written in Postgres. */
export function hearCancels({ bus, provider, onCancel }: Hearing): AsyncDisposable {
  return hearRings(bus, subjects.cancelOf(provider), onCancel);
}
