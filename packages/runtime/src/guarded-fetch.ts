import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';

/**
 * The one way to fetch a URL that somebody else chose (a provider's answer, a user's reference image). https on port 443 to a public
 * address: the address that was vetted is the one connected to, so a second DNS answer cannot redirect it. Origins named as trusted (the
 * configured base URL of a provider, that is the simulator in development) are exempt.
 */
export type GuardedFetchOptions = {
  trustedOrigins: readonly string[];
  /** Host names allowed, `*.example.com` for any name below; absent: any public host. */
  allowedHosts?: readonly string[];
  maxBytes: number;
  timeoutMs: number;
  maxRedirects: number;
  signal?: AbortSignal;
};

export class GuardedFetchError extends Error {
  override readonly name = 'GuardedFetchError';
  readonly reason: 'forbidden' | 'status' | 'too-large' | 'network';

  constructor(reason: GuardedFetchError['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/** Two lists: in one, the rule for IPv4 addresses mapped into IPv6 would match every IPv4 address. */
const privateIpv4 = new BlockList();
const privateIpv6 = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  privateIpv4.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  privateIpv6.addSubnet(network, prefix, 'ipv6');
}

export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !privateIpv4.check(address, 'ipv4');
  return family === 6 && !privateIpv6.check(address, 'ipv6');
}

const vettedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const first = addresses[0];
    if (!first || addresses.some(({ address }) => !isPublicAddress(address))) {
      return callback(new GuardedFetchError('forbidden', `${hostname} is not a public host`), '', 0);
    }
    if (options.all) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};

/** Connects to public addresses only. */
export const publicAgent = new Agent({ connect: { lookup: vettedLookup, timeout: 10_000 } });
const trustedAgent = new Agent({ connections: 32, connect: { timeout: 10_000 } });

/** The body of a GET, whole, within `maxBytes` and `timeoutMs` in all. Throws GuardedFetchError. */
export async function guardedFetch(url: string, options: GuardedFetchOptions): Promise<Buffer> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  let target = url;
  for (let hop = 0; hop <= options.maxRedirects; hop += 1) {
    const answer = await get(vet(target, options), { ...options, signal });
    if (answer.redirect === null) return answer.body;
    target = new URL(answer.redirect, target).href;
  }
  throw new GuardedFetchError('forbidden', `more than ${options.maxRedirects} redirects`);
}

function vet(text: string, { trustedOrigins, allowedHosts }: GuardedFetchOptions): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) throw new GuardedFetchError('forbidden', 'not a URL');
  if (trustedOrigins.includes(url.origin)) return url;
  if (url.protocol !== 'https:' || url.port || url.username || url.password || !isPublicName(url.hostname)) {
    throw new GuardedFetchError('forbidden', 'only https URLs of public hosts are fetched');
  }
  if (allowedHosts && !allowedHosts.some((pattern) => matchesHost(url.hostname, pattern))) {
    throw new GuardedFetchError('forbidden', `${url.hostname} is not a host this provider delivers from`);
  }
  return url;
}

/** A name that may belong to a public host: no address in any notation, no name of a private network. */
export function isPublicName(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  return !isIP(name.replace(/^\[|\]$/g, '')) && name.includes('.') && !/\.(local|internal|localhost)$/.test(name);
}

function matchesHost(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

type Answer = { redirect: string; body: null } | { redirect: null; body: Buffer };

async function get(url: URL, options: GuardedFetchOptions & { signal: AbortSignal }): Promise<Answer> {
  try {
    const dispatcher = options.trustedOrigins.includes(url.origin) ? trustedAgent : publicAgent;
    const { statusCode, headers, body } = await request(url, { dispatcher, signal: options.signal });
    if (statusCode >= 300 && statusCode < 400 && typeof headers.location === 'string') {
      await body.dump();
      return { redirect: headers.location, body: null };
    }
    if (statusCode !== 200) {
      await body.dump();
      throw new GuardedFetchError('status', `HTTP ${statusCode}`);
    }
    return { redirect: null, body: await readUpTo(body, options.maxBytes) };
  } catch (error) {
    if (error instanceof GuardedFetchError) throw error;
    if (error instanceof Error && error.cause instanceof GuardedFetchError) throw error.cause;
    throw new GuardedFetchError('network', 'the download broke off', error);
  }
}

/** Reads a stream whole; throws GuardedFetchError('too-large') past `maxBytes`. */
export async function readUpTo(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw new GuardedFetchError('too-large', `more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes);
}
