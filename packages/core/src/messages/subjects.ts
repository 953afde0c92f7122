import type { Provider } from '../engines/engine.ts';

/**
 * The only place where subjects are spelled. Tokens are our own ids and numbers, never text of a user: `.`, `*` and `>` mean something
 * to NATS. Messages carry ids, never prompts, secrets or bytes.
 */
export const streams = {
  work: { name: 'GENERATIONS', subjects: ['generation.requested.>'] },
  events: { name: 'EVENTS', subjects: ['generation.event.>'] },
} as const;

export const subjects = {
  requested: (provider: Provider, generationId: string) => `generation.requested.${provider}.${generationId}`,
  requestedOf: (provider: Provider) => `generation.requested.${provider}.*`,
  /** Not in a stream: whoever works on it looks at Postgres sooner; whoever does not hears nothing and will look anyway. */
  cancel: (provider: Provider, generationId: string) => `generation.cancel.${provider}.${generationId}`,
  cancelOf: (provider: Provider) => `generation.cancel.${provider}.*`,
  /** Likewise: the provider has called back about a generation that somebody may be waiting for. */
  callback: (provider: Provider, generationId: string) => `generation.callback.${provider}.${generationId}`,
  callbackOf: (provider: Provider) => `generation.callback.${provider}.*`,
  event: (userId: number, generationId: string) => `generation.event.${userId}.${generationId}`,
  allEvents: 'generation.event.>',
} as const;
