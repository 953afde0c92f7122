import type { Adjustment } from '@imagegen/core/generation/adjustment';
import type { SubmittedInput } from '@imagegen/core/generation/settings';

/** An outside body in our words, and what of it could not be carried over. */
export type Translated = { input: SubmittedInput; adjustments: Adjustment[] };
