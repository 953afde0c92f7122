import { foreignAnswer, GatewayError, type GatewayErrorCode, unreachable } from '../gateway-error.ts';
import { randomKey } from '../idempotency-key.ts';
import { retry } from '../retry.ts';

export type RestDoorOptions = {
  /** Where the gateway is, without path: `https://images.example.com`. */
  baseUrl: string;
  /** Asked before every call: an API key or JWT; nothing where the gateway lets callers in without one. */
  getToken?: () => string | null | undefined | Promise<string | null | undefined>;
};

/** The gateway's REST doors. Both throw GatewayError, after trying again for as long as what hinders a call may pass. */
export type RestDoor = {
  get<Answer>(path: string, query?: Record<string, string | undefined>): Promise<Answer>;
  /** Carries an idempotency key, so that a call whose answer was lost does not make a second picture. */
  post<Answer>(path: string, body: object): Promise<Answer>;
};

/** How long the gateway may stay away. */
const patienceMs = 60_000;

export function openRestDoor({ baseUrl, getToken }: RestDoorOptions): RestDoor {
  const origin = baseUrl.replace(/\/+$/, '');

  async function call(address: string, init: RequestInit): Promise<unknown> {
    const headers = new Headers(init.headers);
    const token = await getToken?.();
    if (token) headers.set('authorization', `Bearer ${token}`);
    const response = await fetch(`${origin}${address}`, { ...init, headers }).catch((cause: unknown) => {
      throw unreachable(cause);
    });
    if (!response.headers.get('content-type')?.includes('json')) throw foreignAnswer(response);
    const body: unknown = await response.json().catch((cause: unknown) => {
      throw unreachable(cause, response);
    });
    if (!response.ok) throw refusalOf(body, response);
    return body;
  }

  return {
    async get<Answer>(path: string, query: Record<string, string | undefined> = {}) {
      const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
      const address = given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
      return (await retry((signal) => call(address, { signal }), { patienceMs })) as Answer;
    },
    async post<Answer>(path: string, body: object) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': randomKey() };
      const sent = { method: 'POST', headers, body: JSON.stringify(body) };
      return (await retry((signal) => call(path, { ...sent, signal }), { patienceMs })) as Answer;
    },
  };
}

type ErrorBody = { code?: GatewayErrorCode; message?: string; details?: Record<string, unknown>; error?: string | ErrorBody };

/** The doors spell an error as text with the code beside it, or as an object with the code inside. */
function refusalOf(body: unknown, response: Response): GatewayError {
  const told: ErrorBody = typeof body === 'object' && body !== null ? body : {};
  const { code = 'INTERNAL', message, details } = typeof told.error === 'object' ? told.error : told;
  const text = typeof told.error === 'string' ? told.error : message;
  return new GatewayError(code, text || `The gateway refused the call (HTTP ${response.status})`, { details, response });
}
