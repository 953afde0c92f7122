import type { Client } from './create-client.ts';

/** The canonical input. */
export type GenerationInput = Parameters<Client['smart']['generate']['mutate']>[0];

/** The answer to an accepted generation; `replayed` when its idempotency key had been used before. */
export type Accepted = Awaited<ReturnType<Client['smart']['generate']['mutate']>>;

/** The canonical output. */
export type GenerationOutput = Awaited<ReturnType<Client['status']['check']['query']>>;
