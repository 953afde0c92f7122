import { isIPv6 } from 'node:net';
import { windowSeconds } from '@imagegen/db/queries/limits';
import { remainingCalls, type Standing } from './sliding-window.ts';

/** Beyond this many addresses a minute new ones are let through: this bucket protects, it must not be what falls over. */
const mostAddresses = 200_000;

/** Calls a minute by address, before anything is known about the caller. In memory, of this process alone. */
export class AddressLimiter {
  readonly #limit: number;
  #windowNumber = 0;
  #calls = new Map<string, number>();
  #earlierCalls = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Null when the call fits, else where the caller stands. */
  refuse(address: string, now: number = Date.now()): Standing | null {
    const windows = now / 1000 / windowSeconds;
    this.#turnTo(Math.floor(windows));
    const name = networkOf(address);
    const calls = this.#calls.get(name) ?? 0;
    const standing = { limit: this.#limit, calls, earlierCalls: this.#earlierCalls.get(name) ?? 0, elapsed: windows - this.#windowNumber };
    if (remainingCalls(standing) === 0) return standing;
    if (calls > 0 || this.#calls.size < mostAddresses) this.#calls.set(name, calls + 1);
    return null;
  }

  #turnTo(windowNumber: number): void {
    if (windowNumber === this.#windowNumber) return;
    this.#earlierCalls = windowNumber === this.#windowNumber + 1 ? this.#calls : new Map();
    this.#calls = new Map();
    this.#windowNumber = windowNumber;
  }
}

/** IPv6 callers have a whole /64 each to call from (RFC 6177), so that counts as one. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = address.split('%')[0]?.toLowerCase().split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length + (tail.includes('.') ? 1 : 0));
  const whole = [...groups, ...Array.from({ length: missing }, () => '0'), ...(tail ? tail.split(':') : [])];
  return `${whole
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
