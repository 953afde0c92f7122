import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GuardedPost, guardedPost, type PostPolicy, refusePost } from './guarded-post.ts';

const heard: string[] = [];
const server = createServer((request, response) => {
  heard.push(`${request.method} ${request.url}`);
  request.resume();
  if (request.url === '/away') response.writeHead(307, { location: '/elsewhere' }).end();
  else if (request.url === '/later') response.writeHead(503, { 'retry-after': '120' }).end();
  else if (request.url === '/endless') response.writeHead(200).write('a'.repeat(100_000));
  else if (request.url !== '/silent') response.end('taken');
});
let origin = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const policy: PostPolicy = { ports: [443], allowLoopback: false };
const local: PostPolicy = { ports: [443], allowLoopback: true };
const sent: GuardedPost = { body: '{}', headers: { 'content-type': 'application/json' }, timeoutMs: 5_000 };

describe('the guarded sender', () => {
  it('tells how it was answered', async () => {
    expect(await guardedPost(`${origin}/ok`, local, sent)).toEqual({ status: 200, retryAfter: undefined });
    expect(await guardedPost(`${origin}/later`, local, sent)).toEqual({ status: 503, retryAfter: '120' });
  });

  it('follows no redirect', async () => {
    expect(await guardedPost(`${origin}/away`, local, sent)).toMatchObject({ status: 307 });
    expect(heard).not.toContain('POST /elsewhere');
  });

  it('does not read an answer to its end', async () => {
    expect(await guardedPost(`${origin}/endless`, local, { ...sent, timeoutMs: 300 })).toMatchObject({ status: 200 });
  });

  it('gives up on whoever does not answer', async () => {
    await expect(guardedPost(`${origin}/silent`, local, { ...sent, timeoutMs: 100 })).rejects.toMatchObject({
      reason: 'network',
      message: 'no answer within 0.1 s',
    });
  });

  it.each([
    'http://example.com/hook',
    'http://127.0.0.1/hook',
    'https://127.0.0.1/hook',
    'https://127.1/hook',
    'https://2130706433/hook',
    'https://0x7f000001/hook',
    'https://017700000001/hook',
    'https://127.0.0.1./hook',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/hook',
    'https://[::ffff:10.0.0.1]/hook',
    'https://[::ffff:7f00:1]/hook',
    'https://[64:ff9b::7f00:1]/hook',
    'https://localhost/hook',
    'https://localhost./hook',
    'https://a.localhost/hook',
    'https://printer/hook',
    'https://printer.local/hook',
    'https://metadata.google.internal/hook',
    'https://metadata.google.internal./hook',
    'https://user:secret@example.com/hook',
    'https://example.com:22/hook',
    'https://example.com:8443/hook',
    'https://１２７.0.0.1/hook',
    'ftp://example.com/hook',
    'file:///etc/passwd',
    'gopher://example.com',
    'not a url',
  ])('sends nothing to %s', async (url) => {
    await expect(guardedPost(url, policy, sent)).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('lets nobody but this machine through when loopback is allowed', () => {
    for (const url of ['http://10.0.0.1/', 'http://169.254.169.254/', 'http://127.0.0.1.example.com/', 'http://localhost.example.com/'])
      expect([url, refusePost(url, local)]).toEqual([url, expect.any(String)]);
  });

  it('knows the ports that are configured', () => {
    expect(refusePost('https://example.com:8443/', { ...policy, ports: [443, 8443] })).toBeNull();
    expect(refusePost('https://example.com:443/', policy)).toBeNull();
  });
});
