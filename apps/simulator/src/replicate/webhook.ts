import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { Submission } from '../ledger.ts';
import type { Courier } from '../webhook.ts';
import { toPrediction } from './prediction.ts';

export const webhookEvents = ['start', 'output', 'logs', 'completed'] as const;

/** What is sent to a webhook that names no events: new outputs and the end. */
export const defaultWebhookEvents = ['output', 'completed'] as const;

/** The same at every start, so that a gateway may be configured with it. It protects nothing. */
const defaultSecret = `whsec_${createHash('sha256').update('replicate webhooks of the simulator').digest('base64')}`;

export type ReplicateAnnouncer = Disposable & {
  /** What it signs with, as `GET /webhooks/default/secret` gives it. */
  readonly secret: string;
  /** Plans the `start` and `logs` events of an accepted prediction. */
  accepted(submission: Submission): void;
  /** Sends the `output` and `completed` events of a settled one. */
  settled(submission: Submission): void;
};

type Dependencies = { courier: Courier; publicUrl: () => string; secret?: string | undefined };

/** Sends predictions to their webhooks, signed the Standard Webhooks way. Only the last event is tried more than once. */
export function createReplicateAnnouncer({ courier, publicUrl, secret = defaultSecret }: Dependencies): ReplicateAnnouncer {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const beginnings = new Map<string, NodeJS.Timeout>();

  function post(submission: Submission, prediction: object, retries: boolean): void {
    const { id: about, webhook, scenario } = submission;
    if (!webhook) return;
    const id = `msg_${randomUUID()}`;
    const sign = ({ body, atMs }: { body: string; atMs: number }) => {
      const timestamp = String(Math.floor(atMs / 1000));
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
    };
    courier.deliver({ about, url: webhook.url, body: JSON.stringify(prediction), sign, retries, scenario });
  }

  const whileRunning = (submission: Submission) => ({
    ...toPrediction({ ...submission, settlement: null }, publicUrl()),
    status: 'processing',
  });

  function begin(submission: Submission): void {
    clearTimeout(beginnings.get(submission.id));
    if (!beginnings.delete(submission.id)) return;
    for (const event of submission.webhook?.events ?? []) {
      if (event === 'start' || event === 'logs') post(submission, whileRunning(submission), false);
    }
  }

  return {
    secret,
    accepted(submission) {
      beginnings.set(
        submission.id,
        setTimeout(() => begin(submission), submission.run.startAtMs - Date.now()),
      );
    },
    settled(submission) {
      const prediction = toPrediction(submission, publicUrl());
      const events = submission.webhook?.events ?? [];
      if ('started_at' in prediction) begin(submission);
      clearTimeout(beginnings.get(submission.id));
      beginnings.delete(submission.id);
      if (events.includes('output') && prediction.output)
        post(submission, { ...whileRunning(submission), output: prediction.output }, false);
      if (events.includes('completed')) post(submission, prediction, true);
    },
    [Symbol.dispose]() {
      for (const timer of beginnings.values()) clearTimeout(timer);
    },
  };
}
