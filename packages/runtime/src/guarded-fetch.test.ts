import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GuardedFetchOptions, guardedFetch, isPublicAddress } from './guarded-fetch.ts';

const server = createServer((request, response) => {
  if (request.url === '/away') response.writeHead(302, { location: 'https://127.0.0.1/secret' }).end();
  else if (request.url === '/large') response.end(Buffer.alloc(2_000));
  else if (request.url === '/drip') response.write('a');
  else response.end('picture');
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

const options = (): GuardedFetchOptions => ({ trustedOrigins: [origin], maxBytes: 1_000, timeoutMs: 300, maxRedirects: 2 });

describe('the guarded fetcher', () => {
  it('reads from a trusted origin', async () => {
    expect((await guardedFetch(`${origin}/ok`, options())).toString()).toBe('picture');
  });

  it('refuses a redirect that leaves for a private address', async () => {
    await expect(guardedFetch(`${origin}/away`, options())).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('stops at the byte limit', async () => {
    await expect(guardedFetch(`${origin}/large`, options())).rejects.toMatchObject({ reason: 'too-large' });
  });

  it('ends a body that never ends', async () => {
    await expect(guardedFetch(`${origin}/drip`, options())).rejects.toMatchObject({ reason: 'network' });
  });

  it.each([
    'http://example.com/a.png',
    'https://127.0.0.1/a.png',
    'https://2130706433/a.png',
    'https://0x7f.1/a.png',
    'https://[::1]/a.png',
    'https://[::ffff:10.0.0.1]/a.png',
    'https://localhost/a.png',
    'https://metadata.internal/a.png',
    'https://user:secret@example.com/a.png',
    'https://example.com:8080/a.png',
    'file:///etc/passwd',
    'not a url',
  ])('refuses %s', async (url) => {
    await expect(guardedFetch(url, options())).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('refuses a host that is not on the list', async () => {
    const listed = { ...options(), allowedHosts: ['*.fal.media', 'replicate.delivery'] };
    await expect(guardedFetch('https://fal.media.example.com/a.png', listed)).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it.each(['10.1.2.3', '169.254.169.254', '::1', 'fd00::1', '::ffff:127.0.0.1', '224.0.0.1'])('knows that %s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['93.184.216.34', '2606:4700::1111'])('knows that %s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});
