import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { Submission } from '../ledger.ts';
import type { Courier } from '../webhook.ts';
import { toPrediction } from './prediction.ts';

export const webhookEvents = ['start', 'output', 'logs', 'completed'] as const;

/** What is sent to a webhook that names no events: new outputs and the end. */
export const defaultWebhookEvents = ['output', 'completed'] as const;

const key = createHash('sha256').update('replicate webhooks of the simulator').digest();

/** The same at every start, so that a gateway may be configured with it. It protects nothing. */
export const webhookSecret = `whsec_${key.toString('base64')}`;

export type ReplicateAnnouncer = Disposable & {
  /** Plans the `start` and `logs` events of an accepted prediction. */
  accepted(submission: Submission): void;
  /** Sends the `output` and `completed` events of a settled one. */
  settled(submission: Submission): void;
};

type Dependencies = { courier: Courier; publicUrl: () => string; find: (id: string) => Submission | undefined };

/** Sends predictions to their webhooks, signed the Standard Webhooks way. Only the last event is tried more than once. */
export function createReplicateAnnouncer({ courier, publicUrl, find }: Dependencies): ReplicateAnnouncer {
  const timers = new Set<NodeJS.Timeout>();

  function post(submission: Submission, prediction: object, retries: boolean): void {
    if (!submission.webhook) return;
    const body = JSON.stringify(prediction);
    const id = `msg_${randomUUID()}`;
    courier.deliver({ url: submission.webhook.url, body, sign: () => signatureHeaders(id, body), retries });
  }

  return {
    accepted(submission) {
      const events = (submission.webhook?.events ?? []).filter((event) => event === 'start' || event === 'logs');
      if (events.length === 0) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        const current = find(submission.id);
        if (!current || current.settlement) return;
        for (const _event of events) post(current, toPrediction(current, publicUrl()), false);
      }, submission.run.startAtMs - Date.now());
      timers.add(timer);
    },
    settled(submission) {
      const prediction = toPrediction(submission, publicUrl());
      const events = submission.webhook?.events ?? [];
      if (events.includes('output') && prediction.output) {
        const { completed_at: _at, metrics: _metrics, ...unfinished } = prediction;
        post(submission, { ...unfinished, status: 'processing' }, false);
      }
      if (events.includes('completed')) post(submission, prediction, true);
    },
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function signatureHeaders(id: string, body: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
