import type { Provider } from '@imagegen/core/engines/engine';
import { subjects } from '@imagegen/core/messages/subjects';
import type { Bus } from './connect.ts';

/** Calls back with the generation id whenever somebody rings to cancel. Not durable: what is wanted is written in Postgres. */
export function hearCancels({
  bus,
  provider,
  onCancel,
}: {
  bus: Bus;
  provider: Provider;
  onCancel: (generationId: string) => void;
}): AsyncDisposable {
  const subscription = bus.connection.subscribe(subjects.cancelOf(provider), {
    callback: (error, message) => {
      const generationId = error ? undefined : message.subject.split('.').at(-1);
      if (generationId) onCancel(generationId);
    },
  });
  return {
    async [Symbol.asyncDispose]() {
      if (!subscription.isClosed()) subscription.unsubscribe();
    },
  };
}
