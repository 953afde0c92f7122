import type { Provider } from '@imagegen/core/engines/engine';
import type { ProviderCall } from '@imagegen/core/mapping/provider-plan';
import type { ProviderError } from './provider-error.ts';

/** What a provider's service has to know how to do; the paid-call protocol around it is the same for all. */
export interface ProviderAdapter {
  readonly provider: Provider;
  /** Where result URLs may point to, beside `trustedOrigins`. */
  readonly resultHosts: readonly string[];
  /** Origins of the configured base URLs: the simulator delivers from there. */
  readonly trustedOrigins: readonly string[];
  /** Reference images given as URLs are fetched by us and handed over as data URLs. */
  readonly inlinesReferences: boolean;
  /** A submission whose answer was lost and that cannot be looked up: end it at once, or give the provider's webhook time first. */
  readonly onUnknown: 'fail' | 'await-callback';
  /** How long a submission may take; absent: 30 s. */
  readonly submitTimeoutMs?: number;
  /**
   * The paid call: exactly one POST, never repeated inside. Throws ProviderError; `billed: 'unknown'` when the answer was lost or made no
   * sense after the request may have been read.
   */
  submit(submission: SubmissionRequest): Promise<Submitted | Finished>;
  /** One look at a submission. Throws ProviderError when the look itself failed, which says nothing about the submission. */
  check(reference: SubmissionReference, signal: AbortSignal): Promise<SubmissionState>;
  /** Finds the submission whose answer was lost. `undefined`: this provider cannot tell. `null`: it never arrived. */
  find?(lost: LostSubmission, signal: AbortSignal): Promise<SubmissionReference | null | undefined>;
  /** Asks the provider to stop; resolves whatever it says. */
  cancel?(reference: SubmissionReference): Promise<void>;
}

export type SubmissionRequest = { call: ProviderCall; callbackUrl: string | null; signal: AbortSignal };
export type SubmissionReference = { providerRequestId: string; urls: Record<string, string>; endpoint: string };
export type LostSubmission = { call: ProviderCall; ageMs: number };

export type Submitted = { kind: 'submitted'; providerRequestId: string; urls: Record<string, string> };
/** A provider that answers with the pictures themselves. */
export type Finished = { kind: 'finished'; providerRequestId: string | null; output: ProviderOutput };

export type SubmissionState =
  | { kind: 'queued'; position: number | null }
  | { kind: 'running'; progress: number | null }
  | { kind: 'succeeded'; output: ProviderOutput }
  | { kind: 'failed'; error: ProviderError };

export type ProviderOutput = {
  /** As delivered: fewer than asked when the provider withheld some; `blocked` ones are its content filter's black pictures. */
  images: (({ kind: 'url'; url: string } | { kind: 'bytes'; bytes: Buffer }) & { blocked: boolean })[];
  /** What the provider echoes, null when it says nothing. */
  seed: number | null;
  costMicros: number;
};
