import { createHmac } from 'node:crypto';
import { Secret } from '@imagegen/runtime/secret';
import { describe, expect, it } from 'vitest';
import { genuineReplicateId, webhookSecretPattern } from './replicate-signature.ts';
import type { SignedWebhook } from './signed-webhook.ts';

const secretOf = (text: string) => `whsec_${Buffer.from(text).toString('base64')}`;
const ours = secretOf('twenty-four bytes of ours');
const theirs = secretOf('twenty-four bytes of them');
const body = Buffer.from('{"id":"p1","status":"succeeded"}');
const start = Date.UTC(2026, 10, 20);

function signatureOf({ secret = ours, id = 'msg_1', seconds = start / 1000 } = {}): string {
  return `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update(`${id}.${seconds}.${body}`)
    .digest('base64')}`;
}

function signed(options: { secret?: string; id?: string; seconds?: number } = {}): SignedWebhook {
  const { id = 'msg_1', seconds = start / 1000 } = options;
  return {
    rawBody: body,
    headers: { 'webhook-id': [id], 'webhook-timestamp': [String(seconds)], 'webhook-signature': [signatureOf(options)] },
  };
}

const changed = (headers: Record<string, string[] | undefined>): SignedWebhook => ({
  rawBody: body,
  headers: { ...signed().headers, ...headers },
});
const read = (webhook: SignedWebhook) => genuineReplicateId(webhook, new Secret(ours), start);

describe("Replicate's webhook signatures", () => {
  it('follow Standard Webhooks: its published example is accepted', () => {
    const webhook = {
      rawBody: Buffer.from('{"test": 2432232314}'),
      headers: {
        'webhook-id': ['msg_p5jXN8AQM9LWM0D4loKWxJek'],
        'webhook-timestamp': ['1614265330'],
        'webhook-signature': ['v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
      },
    };
    const secret = new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    expect(genuineReplicateId(webhook, secret, 1_614_265_330_000)).toBe('msg_p5jXN8AQM9LWM0D4loKWxJek');
  });

  it.each([
    ['of the moment', signed()],
    ['five minutes old', signed({ seconds: start / 1000 - 300 })],
    ['five minutes ahead', signed({ seconds: start / 1000 + 300 })],
    ['last in a list', changed({ 'webhook-signature': [`${signatureOf({ secret: theirs })} v2,abc ${signatureOf()}`] })],
    ['first in a list', changed({ 'webhook-signature': [`${signatureOf()} v1a,abc`] })],
  ])('%s are accepted', (_, webhook) => {
    expect(read(webhook)).toBe('msg_1');
  });

  it.each([
    ['made with another secret', signed({ secret: theirs })],
    ['more than five minutes old', signed({ seconds: start / 1000 - 301 })],
    ['more than five minutes ahead', signed({ seconds: start / 1000 + 301 })],
    ['over another body', { ...signed(), rawBody: Buffer.from('{"id":"p2","status":"succeeded"}') }],
    ['over no body', { ...signed(), rawBody: Buffer.alloc(0) }],
    ['for another delivery', changed({ 'webhook-id': ['msg_2'] })],
    ['with a later timestamp put in', changed({ 'webhook-timestamp': [String(start / 1000 + 1)] })],
    ['with a timestamp that is no number', changed({ 'webhook-timestamp': ['1e9'] })],
    ['of another version', changed({ 'webhook-signature': [signatureOf().replace('v1,', 'v2,')] })],
    ['without a version', changed({ 'webhook-signature': [signatureOf().replace('v1,', '')] })],
    ['cut short', changed({ 'webhook-signature': [signatureOf().slice(0, 20)] })],
    ['that are empty', changed({ 'webhook-signature': ['v1,'] })],
    ['that are none at all', changed({ 'webhook-signature': [' '] })],
    ['without a signature', changed({ 'webhook-signature': undefined })],
    ['without a timestamp', changed({ 'webhook-timestamp': undefined })],
    ['without an id', changed({ 'webhook-id': undefined })],
    ['with two ids', changed({ 'webhook-id': ['msg_1', 'msg_1'] })],
    ['with two signatures', changed({ 'webhook-signature': [signatureOf(), signatureOf()] })],
    ['with an id that reaches into the timestamp', signed({ id: 'msg.1' })],
  ])('%s are refused', (_, webhook) => {
    expect(read(webhook)).toBeNull();
  });

  it.each([
    [ours, true],
    ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', true],
    ['C2FVsBQIhrscChlQIMV+b5sSYspob7oD', false],
    ['whsec_short', false],
    ['whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!', false],
  ])('need a secret of their form: %s', (secret, isUsable) => {
    expect(webhookSecretPattern.test(secret)).toBe(isUsable);
  });
});
