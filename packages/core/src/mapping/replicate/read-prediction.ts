import * as z from 'zod';
import { MalformedAnswerError, readAnswer } from '../../errors/malformed-answer-error.ts';
import { progressFromLog } from '../progress.ts';

const predictionSchema = z.object({
  id: z.string().min(1),
  status: z.enum(['starting', 'processing', 'succeeded', 'failed', 'canceled', 'aborted']),
  output: z.union([z.string().min(1), z.array(z.string().min(1)).max(16)]).nullish(),
  error: z.unknown().optional(),
  logs: z.string().nullish(),
  metrics: z.object({ predict_time: z.number().min(0).nullish() }).nullish(),
  urls: z.object({ get: z.string().nullish(), cancel: z.string().nullish() }).nullish(),
});

type Outcome =
  | { kind: 'starting' }
  | { kind: 'processing'; progress: number | null }
  /** Pictures that the safety checker caught are missing: there can be fewer than asked. */
  | { kind: 'succeeded'; outputs: string[] }
  | { kind: 'failed'; error: string; contentRejected: boolean }
  /** Stopped while it ran; the run time is charged. */
  | { kind: 'canceled' }
  /** Stopped before it ran; nothing is charged. */
  | { kind: 'aborted' };

export type Prediction = Outcome & { id: string; predictTimeSeconds: number | null; urls: { get: string | null; cancel: string | null } };

/**
 * A prediction, by its status first: `output` says nothing before `succeeded`.
 * @throws MalformedAnswerError also for a success without output, which is what is left an hour after completion.
 */
export function readPrediction(json: unknown): Prediction {
  const prediction = readAnswer(predictionSchema, json, "Replicate's prediction");
  return {
    id: prediction.id,
    predictTimeSeconds: prediction.metrics?.predict_time ?? null,
    urls: { get: prediction.urls?.get ?? null, cancel: prediction.urls?.cancel ?? null },
    ...readOutcome(prediction),
  };
}

function readOutcome({ status, output, error, logs }: z.infer<typeof predictionSchema>): Outcome {
  switch (status) {
    case 'processing':
      return { kind: 'processing', progress: progressFromLog(logs ?? '') };
    case 'succeeded': {
      const outputs = typeof output === 'string' ? [output] : (output ?? []);
      if (outputs.length === 0) throw new MalformedAnswerError('a succeeded prediction holds no output');
      return { kind: 'succeeded', outputs };
    }
    case 'failed': {
      const text = typeof error === 'string' && error !== '' ? error : 'the prediction failed';
      return { kind: 'failed', error: text, contentRejected: saysContentRejected(text) };
    }
    default:
      return { kind: status };
  }
}

/** cog-flux: "All generated images contained NSFW content…"; Black Forest Labs' models: "flagged as sensitive", E005. */
function saysContentRejected(text: string): boolean {
  return /\bNSFW\b|flagged as sensitive|\bE005\b/i.test(text);
}
