import { Agent, request } from 'undici';
import { GuardedFetchError, isPublicName, publicAgent } from './guarded-fetch.ts';

export type PostPolicy = {
  /** Ports of https URLs; 443 unless configured otherwise. */
  ports: readonly number[];
  /** http and https to this very machine as well: for development and tests. */
  allowLoopback: boolean;
};

export type GuardedPost = {
  body: string;
  headers: Readonly<Record<string, string>>;
  /** For connecting, sending and reading together. */
  timeoutMs: number;
  signal?: AbortSignal;
};

export type PostAnswer = { status: number; retryAfter: string | undefined };

const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);
/** Of the answer only the status counts; this much of its body is read so that the connection can be used again. */
const mostAnswerBytes = 4_096;
const loopbackAgent = new Agent({ connect: { timeout: 10_000 } });

/** Why nothing is sent there, or null. What its name stands for is looked at when connecting. */
export function refusePost(text: string, { ports, allowLoopback }: PostPolicy): string | null {
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.username || url.password) return 'must not hold a user name or password';
  if (allowLoopback && isLoopback(url)) return null;
  if (url.protocol !== 'https:') return 'must be an https URL';
  if (!ports.includes(url.port === '' ? 443 : Number(url.port))) return `must use port ${ports.join(' or ')}`;
  return isPublicName(url.hostname) ? null : 'must name a public host';
}

/**
 * The one way to send something to a URL that somebody else chose. Redirects are an answer like any other, and the address that was vetted is
 * the one connected to. Throws GuardedFetchError: `forbidden` for what may not be sent to, `network` when no answer came in time.
 */
export async function guardedPost(
  text: string,
  policy: PostPolicy,
  { body, headers, timeoutMs, signal }: GuardedPost,
): Promise<PostAnswer> {
  const refused = refusePost(text, policy);
  if (refused) throw new GuardedFetchError('forbidden', `the URL ${refused}`);
  const url = new URL(text);
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await request(url, {
      method: 'POST',
      body,
      headers,
      dispatcher: policy.allowLoopback && isLoopback(url) ? loopbackAgent : publicAgent,
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    // The status is the answer; a body that never ends, or breaks off, does not take it back.
    await answer.body.dump({ limit: mostAnswerBytes, signal: deadline }).catch(() => undefined);
    const retryAfter = answer.headers['retry-after'];
    return { status: answer.statusCode, retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined };
  } catch (error) {
    throw asGuarded(error, deadline.aborted ? `no answer within ${timeoutMs / 1_000} s` : 'the connection failed or broke off');
  }
}

function asGuarded(error: unknown, message: string): GuardedFetchError {
  if (error instanceof GuardedFetchError) return error;
  if (error instanceof Error && error.cause instanceof GuardedFetchError) return error.cause;
  return new GuardedFetchError('network', message, error);
}

function isLoopback({ hostname }: URL): boolean {
  return loopbackHosts.has(hostname);
}
