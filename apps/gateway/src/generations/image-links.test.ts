import { Secret } from '@imagegen/runtime/secret';
import { describe, expect, it } from 'vitest';
import { ImageLinks } from './image-links.ts';

const links = new ImageLinks('https://images.example.com', new Secret('a secret'));
const sha256 = 'ab'.repeat(32);
const hourMs = 3_600_000;

function queryOf(url: string): { expires: string; signature: string } {
  const { searchParams } = new URL(url);
  return { expires: searchParams.get('expires') ?? '', signature: searchParams.get('signature') ?? '' };
}

describe('image links', () => {
  it('are good for at least 24 hours and not for ever', () => {
    const query = queryOf(links.signed(sha256, 'image/png'));
    expect(links.verify(sha256, query)).toBe(true);
    expect(links.verify(sha256, query, Date.now() + 23.9 * hourMs)).toBe(true);
    expect(links.verify(sha256, query, Date.now() + 31 * hourMs)).toBe(false);
  });

  it('open one object only: the thumbnail has a signature of its own', () => {
    const query = queryOf(links.thumbnail(sha256));
    expect(links.verify(`${sha256}.thumb`, query)).toBe(true);
    expect(links.verify(sha256, query)).toBe(false);
    expect(links.verify('cd'.repeat(32), query)).toBe(false);
  });

  it('cannot be prolonged or made with another secret', () => {
    const { expires, signature } = queryOf(links.signed(sha256, 'image/png'));
    expect(links.verify(sha256, { expires: String(Number(expires) + 3600), signature })).toBe(false);
    const stranger = new ImageLinks('https://images.example.com', new Secret('another'));
    expect(links.verify(sha256, queryOf(stranger.signed(sha256, 'image/png')))).toBe(false);
  });

  it.each([{}, { expires: '1' }, { expires: 'soon', signature: 'x' }, { expires: '99999999999', signature: '' }])('refuses %j', (query) => {
    expect(links.verify(sha256, query)).toBe(false);
  });

  it('stay the same for hours, so that caches hit', () => {
    expect(links.signed(sha256, 'image/jpeg')).toBe(links.signed(sha256, 'image/jpeg'));
    expect(links.signed(sha256, 'image/jpeg')).toMatch(/^https:\/\/images\.example\.com\/images\/(ab){32}\.jpg\?expires=\d+&signature=/);
  });
});
