import type { Bus } from './connect.ts';

/** Calls back with the generation id, the last token, whenever something is published on the subject. Not durable. */
export function hearRings(bus: Bus, subject: string, onRing: (generationId: string) => void): AsyncDisposable {
  const subscription = bus.connection.subscribe(subject, {
    callback: (error, message) => {
      const generationId = error ? undefined : message.subject.split('.').at(-1);
      if (generationId) onRing(generationId);
    },
  });
  return {
    async [Symbol.asyncDispose]() {
      if (!subscription.isClosed()) subscription.unsubscribe();
    },
  };
}
