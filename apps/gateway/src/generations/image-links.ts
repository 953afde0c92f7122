import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@imagegen/runtime/secret';

const hourMs = 3_600_000;
/** Promised validity; links end on a six-hour mark after it, so that the same picture keeps the same link for hours and caches well. */
const validMs = 24 * hourMs;
const stepMs = 6 * hourMs;

const extensions: Record<string, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' };

/** Addresses of pictures: signed ones that work in an `<img>`, permanent ones that need credentials. */
export class ImageLinks {
  readonly #baseUrl: string;
  readonly #secret: Secret;

  constructor(baseUrl: string, secret: Secret) {
    this.#baseUrl = baseUrl;
    this.#secret = secret;
  }

  permanent(sha256: string, contentType: string): string {
    return `${this.#baseUrl}/images/${sha256}.${extensions[contentType] ?? 'img'}`;
  }

  signed(sha256: string, contentType: string): string {
    return `${this.permanent(sha256, contentType)}?${this.#query(sha256)}`;
  }

  thumbnail(sha256: string): string {
    return `${this.#baseUrl}/images/${sha256}/thumb?${this.#query(`${sha256}.thumb`)}`;
  }

  /** Whether the signature is ours for this object and has not run out. */
  verify(object: string, query: { expires?: string; signature?: string }, now: number = Date.now()): boolean {
    const { expires, signature } = query;
    if (!expires || !signature || !/^\d{1,15}$/.test(expires) || Number(expires) * 1000 < now) return false;
    const expected = this.#sign(object, expires);
    const given = Buffer.from(signature, 'base64url');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #query(object: string, now: number = Date.now()): string {
    const expires = String((Math.ceil((now + validMs) / stepMs) * stepMs) / 1000);
    return `expires=${expires}&signature=${this.#sign(object, expires).toString('base64url')}`;
  }

  #sign(object: string, expires: string): Buffer {
    return createHmac('sha256', this.#secret.reveal()).update(`GET\n${object}\n${expires}`).digest();
  }
}
