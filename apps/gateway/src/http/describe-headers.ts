type Header = { description: string; schema: { type: string } };
type Described = { tags?: readonly string[]; responses?: Readonly<Record<string, unknown>> };
/** Whether the answers of a route with this status have the header. */
type Sent = (route: Described, status: string) => boolean;

const text = (description: string): Header => ({ description, schema: { type: 'string' } });
const count = (description: string): Header => ({ description, schema: { type: 'integer' } });

const withoutPrincipal: ReadonlySet<string | undefined> = new Set(['images', 'webhooks', 'operations']);

/** Calls are counted once it is known who calls and that they may. */
const ifCounted: Sent = ({ tags = [] }, status) => !withoutPrincipal.has(tags[0]) && status !== '401' && status !== '403';
const ifFrozen: Sent = ({ tags = [] }) => tags[0] === 'v1';
const ifRefusedForNow: Sent = ({ tags = [] }, status) => !withoutPrincipal.has(tags[0]) && (status === '429' || status === '503');
/** The doors that buy pictures can be short of credits and know keys that were used before. */
const ifAccepted: Sent = ({ responses = {} }, status) => status.startsWith('2') && '402' in responses && '422' in responses;
const ifTagged: Sent = ({ responses = {} }, status) => '304' in responses && (status === '200' || status === '304');

const headers: Readonly<Record<string, readonly [Header, Sent]>> = {
  'x-request-id': [text('Finds the request in the logs; yours, if you sent one'), () => true],
  'ratelimit-limit': [count('Calls a minute'), ifCounted],
  'ratelimit-remaining': [count('Calls left of them'), ifCounted],
  'ratelimit-reset': [count('Seconds until there are more'), ifCounted],
  'retry-after': [count('Seconds until the same call may succeed'), ifRefusedForNow],
  'idempotent-replayed': [text('`true` when an earlier request with the same key is answered again'), ifAccepted],
  etag: [text('For `If-None-Match`'), ifTagged],
  deprecation: [text('Since when, as `@` and seconds since 1970 (RFC 9745)'), ifFrozen],
  sunset: [text('When it may end (RFC 8594)'), ifFrozen],
  link: [text('What replaces it, as `rel="successor-version"`'), ifFrozen],
};

/** What an answer carries beside its body, for the OpenAPI document. */
export function headersOf(route: Described, status: string): Record<string, Header> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, [header, isSent]]) => (isSent(route, status) ? [[name, header]] : [])));
}
