import type { ProviderAdapter, ProviderOutput, SubmissionRequest } from './provider-adapter.ts';
import { ProviderError } from './provider-error.ts';

export type ScriptedAdapter = ProviderAdapter & {
  /** Every POST that was made, as endpoints, in order. */
  readonly submits: SubmissionRequest[];
  /** The ids that were asked about. */
  readonly checked: string[];
};

/** A provider that does as it is told: by default it takes everything as `r1`, `r2`, … and finishes with `output`. */
export function scriptedAdapter(output: ProviderOutput, script: Partial<ProviderAdapter> = {}): ScriptedAdapter {
  const submits: SubmissionRequest[] = [];
  const checked: string[] = [];
  return {
    provider: 'fal',
    resultHosts: [],
    trustedOrigins: [],
    inlinesReferences: false,
    onUnknown: 'fail',
    ...script,
    submits,
    checked,
    async submit(request) {
      submits.push(request);
      const answer = { kind: 'submitted', providerRequestId: `r${submits.length}`, urls: {} } as const;
      return script.submit ? script.submit(request) : answer;
    },
    async check(reference, signal) {
      checked.push(reference.providerRequestId);
      return script.check ? script.check(reference, signal) : { kind: 'succeeded', output };
    },
  };
}

/** Answers in turn; the last one stands for all that follow. Errors are thrown. */
export function inTurn<const Answers extends readonly unknown[]>(...answers: Answers): () => Promise<Exclude<Answers[number], Error>> {
  let asked = 0;
  return async () => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    if (answer instanceof Error) throw answer;
    return answer as Exclude<Answers[number], Error>;
  };
}

export const submitted = { kind: 'submitted', providerRequestId: 'r1', urls: {} } as const;
export const rateLimited = () => new ProviderError('rate-limited', 'slow down', { billed: 'no', retryAfterMs: 20_000 });
export const contentRejected = () => new ProviderError('content-rejected', 'not this', { billed: 'no' });
export const answerLost = () => new ProviderError('unavailable', 'The provider did not answer.', { billed: 'unknown' });
