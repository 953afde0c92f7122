/**
 * The status of a generation is exactly one of these words, everywhere inside. A terminal status never changes again: every update in
 * Postgres names the statuses it may leave, taken from this table. Cancelled and expired generations are `failed` with a code.
 */
export const generationStatuses = ['pending', 'processing', 'completed', 'failed'] as const;
export type GenerationStatus = (typeof generationStatuses)[number];

const transitions: Record<GenerationStatus, readonly GenerationStatus[]> = {
  pending: ['processing', 'failed'],
  processing: ['processing', 'completed', 'failed'],
  completed: [],
  failed: [],
};

export function canBecome(from: GenerationStatus, to: GenerationStatus): boolean {
  return transitions[from].includes(to);
}

export function isTerminal(status: GenerationStatus): boolean {
  return transitions[status].length === 0;
}

/** The statuses a generation can still leave. */
export const openStatuses = generationStatuses.filter((status) => !isTerminal(status));
