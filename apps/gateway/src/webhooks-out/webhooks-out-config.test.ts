import { parseEnv } from '@imagegen/runtime/env';
import { describe, expect, it } from 'vitest';
import { checkTarget } from './check-target.ts';
import { webhooksOutEnv, webhookTargets } from './webhooks-out-config.ts';

const targets = (environment: Record<string, string>, development: boolean) =>
  webhookTargets(parseEnv(webhooksOutEnv, environment), { development });

describe('where webhooks may go', () => {
  it('is port 443 of public hosts, unless configured otherwise', () => {
    expect(targets({}, false)).toEqual({ ports: [443], allowLoopback: false });
    expect(targets({ WEBHOOK_PORTS: '443, 8443' }, false)).toEqual({ ports: [443, 8443], allowLoopback: false });
    expect(() => targets({ WEBHOOK_PORTS: 'https' }, false)).toThrow('WEBHOOK_PORTS');
  });

  it('is never this machine in production', () => {
    expect(() => targets({ WEBHOOK_ALLOW_LOOPBACK: 'true' }, false)).toThrow('WEBHOOK_ALLOW_LOOPBACK');
    expect(targets({ WEBHOOK_ALLOW_LOOPBACK: 'true' }, true).allowLoopback).toBe(true);
  });

  it('is kept as it will be sent to', () => {
    const policy = targets({}, false);
    expect(checkTarget('HTTPS://Example.COM:443#part', 'url', policy)).toBe('https://example.com/');
    expect(() => checkTarget('http://127.0.0.1:1/', 'url', policy)).toThrow('url: must be an https URL');
  });
});
