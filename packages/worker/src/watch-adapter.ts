import type { EngineWatch } from './engine-watch.ts';
import type { ProviderAdapter } from './provider-adapter.ts';
import { ProviderError } from './provider-error.ts';

/**
 * The adapter for one generation, with every submission and every result told to the engine's watch. Looks that fail are not: they are many,
 * and say nothing about the picture.
 */
export function watchAdapter(adapter: ProviderAdapter, watch: EngineWatch): ProviderAdapter {
  const sentAt = new Map<string, number>();

  function secondsSince(start: number | undefined): number | null {
    return start === undefined ? null : (performance.now() - start) / 1000;
  }

  return {
    ...adapter,
    async submit(request) {
      let askedAt: number | undefined;
      try {
        const answer = await watch.send(() => {
          askedAt = performance.now();
          return adapter.submit(request);
        });
        if (answer.kind === 'finished') watch.succeeded(secondsSince(askedAt));
        else if (askedAt !== undefined) sentAt.set(answer.providerRequestId, askedAt);
        return answer;
      } catch (error) {
        if (askedAt !== undefined && error instanceof ProviderError && !gaveUp(request.signal)) await watch.failed(error);
        throw error;
      }
    },
    async check(reference, signal) {
      const state = await adapter.check(reference, signal);
      if (state.kind === 'succeeded') watch.succeeded(secondsSince(sentAt.get(reference.providerRequestId)));
      if (state.kind === 'failed') await watch.failed(state.error);
      return state;
    },
  };
}

/** We hung up: lease lost or canceled. A deadline that passed is the provider's slowness. */
function gaveUp({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof DOMException && reason.name === 'TimeoutError');
}
