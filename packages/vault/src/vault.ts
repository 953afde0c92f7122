import type { Readable } from 'node:stream';
import { detectContentType, type ImageContentType } from './image-content-type.ts';

declare const brand: unique symbol;

/** The name of an object: `<sha256 hex>` for a picture, `<sha256 hex>.thumb` for its thumbnail. Only `vaultKey` makes one. */
export type VaultKey = string & { readonly [brand]: 'VaultKey' };

/** Accepts the two forms of key and throws a TypeError on anything else, so that no part of a user's path ever reaches a store. */
export function vaultKey(text: string): VaultKey {
  if (!isVaultKey(text)) throw new TypeError('a vault key is a lower-case SHA-256 in hex, with an optional ".thumb"');
  return text;
}

export function isVaultKey(text: string): text is VaultKey {
  return /^[0-9a-f]{64}(\.thumb)?$/.test(text);
}

/** Byte positions counted from 0, `end` inclusive as in HTTP (RFC 9110 §14.1.2); no `end` means up to the last byte. */
export type ByteRange = { start: number; end?: number };

/** Objects in the order of their keys. `next`: where the following page begins; null when this was the last one. */
export type VaultPage = { objects: { key: VaultKey; storedAt: Date }[]; next: string | null };

/** The range begins behind the last byte: 416 in HTTP, with `sizeBytes` for its Content-Range. */
export class UnsatisfiableRangeError extends Error {
  override readonly name = 'UnsatisfiableRangeError';
  readonly sizeBytes: number;

  constructor(sizeBytes: number) {
    super(`the range begins behind the last of ${sizeBytes} bytes`);
    this.sizeBytes = sizeBytes;
  }
}

export type VaultObject = {
  /** Of the whole object, whatever the range. */
  sizeBytes: number;
  /** What `stream` carries: both ends inclusive and within the object. */
  range: { start: number; end: number };
  contentType: ImageContentType;
  /** Read it to its end or destroy it: it holds a file or a socket until then. */
  stream: Readable;
};

/**
 * Where pictures are kept. An object is immutable and either there in full or not at all; the key is derived from the content by the
 * caller, so that putting twice is the same as putting once.
 */
export interface Vault {
  /** Resolves only when the object is durable. Throws a TypeError when `bytes` are not what `contentType` says. */
  put(key: VaultKey, bytes: Uint8Array, contentType: ImageContentType): Promise<void>;
  /** Null when there is no such object. Throws UnsatisfiableRangeError, and a RangeError for a range that makes no sense. */
  open(key: VaultKey, range?: ByteRange): Promise<VaultObject | null>;
  has(key: VaultKey): Promise<boolean>;
  /** Removing what is not there succeeds. */
  remove(key: VaultKey): Promise<void>;
  /**
   * About `count` of the objects after `after`, the `next` of an earlier page.
   * `storedAt` is when an object was last put, also when it was there already.
   */
  list(after: string | null, count: number): Promise<VaultPage>;
  /** Resolves when the store can be written and read, rejects otherwise. */
  check(): Promise<void>;
}

/** Throws a TypeError unless the first bytes are those of `contentType`. */
export function assertContentType(bytes: Uint8Array, contentType: ImageContentType): void {
  if (detectContentType(bytes) !== contentType) throw new TypeError(`the bytes are not ${contentType}`);
}

/** Throws a RangeError unless the range is made of whole numbers in order. */
export function assertByteRange({ start, end = start }: ByteRange): void {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw new RangeError(`not a byte range: ${start}-${end}`);
  }
}
