import type { ServerResponse } from 'node:http';
import { crc32, deflateSync } from 'node:zlib';
import { atMost, type Experiment } from './experiment.ts';
import { everyRoute, routeOf } from './orders.ts';
import { tamperedExperiment } from './tampered-experiment.ts';
import type { Answer, Asked, Tampering } from './tampering-server.ts';

const isPicture = ({ path }: Asked) => path.startsWith('/files/');
const isCall = ({ path }: Asked) => /^\/(fal|replicate|openai)\//.test(path);

/** Headers and the first half; what then becomes of the connection is the fault. */
function sendHalf(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)));
}

function drip(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  let sent = 0;
  const timer = setInterval(() => {
    if (response.destroyed || sent >= body.length) return clearInterval(timer);
    response.write(body.subarray(sent, sent + 1));
    sent += 1;
  }, 1_000);
}

const network: Omit<Tampering, 'applies'>[] = [
  { name: 'headers never come', spoil: () => undefined },
  { name: 'a byte per second', spoil: drip },
  { name: 'half, then silence', spoil: (response, answer) => sendHalf(response, answer) },
  {
    name: 'half, then closed',
    spoil: (response, answer) => {
      sendHalf(response, answer);
      setTimeout(() => response.socket?.end(), 50);
    },
  },
  {
    name: 'half, then reset',
    spoil: (response, answer) => {
      sendHalf(response, answer);
      setTimeout(() => response.socket?.resetAndDestroy(), 50);
    },
  },
];

/** Ways for a body to be no answer to what was asked, all with status 200. */
const bodies: Record<string, (body: Buffer) => Buffer | string> = {
  empty: () => '',
  'not JSON': () => '<html><body>Bad Gateway</body></html>',
  'cut short': (body) => body.subarray(0, Math.floor(body.length / 2)),
  null: () => 'null',
  'a list': () => '[]',
  'a number that is none': () => '{"status":NaN,"request_id":NaN}',
  'numbers beyond numbers': () => '{"request_id":1e309,"id":1e309,"status":1e309,"created":-1e309}',
  'wrong types': () => '{"request_id":{},"id":[],"status":7,"status_url":1,"output":"","images":{},"data":"x","error":3}',
  'an error with status 200': () => '{"error":{"message":"upstream failed","code":500},"detail":"upstream failed"}',
  'a status nobody knows': () => '{"request_id":"x","id":"x","status":"PONDERING","response_url":"","urls":{}}',
  'keys twice': (body) => `{"status":"FAILED","id":"twice","request_id":"twice",${body.toString().replace(/^\s*\{/, '')}`,
  'prototype keys': (body) => `{"__proto__":{"status":"COMPLETED"},"constructor":1,${body.toString().replace(/^\s*\{/, '')}`,
  '50 MB': () => `{"padding":"${'x'.repeat(50 * 1024 * 1024)}"}`,
  'deeply nested': () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  'bytes that are no text': () => Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x22, 0x7b]),
};

const corruptAnswers = Object.entries(bodies).map(
  ([name, change]): Tampering => ({
    name,
    applies: isCall,
    spoil(response, { headers, body }) {
      response.writeHead(200, headers);
      response.end(change(body));
    },
  }),
);

/** A PNG of 30,000 × 30,000 black pixels in some kilobytes. */
function pictureBomb(): Buffer {
  const side = 30_000;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((side / 8 + 1) * side));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.of()),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

const bomb = pictureBomb();
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><script>alert(1)</script></svg>';

function picture(name: string, spoil: Tampering['spoil']): Tampering {
  return { name, applies: isPicture, spoil };
}

function send(status: number, type: string | undefined, body: Buffer | string): Tampering['spoil'] {
  return (response, { headers }) => {
    response.writeHead(status, { ...headers, ...(type && { 'content-type': type }) });
    response.end(body);
  };
}

const corruptPictures: Tampering[] = [
  picture('cut short', (response, answer) => send(200, undefined, answer.body.subarray(0, answer.body.length / 2))(response, answer)),
  picture('bits turned over', (response, answer) => {
    const body = Buffer.from(answer.body);
    for (let at = Math.floor(body.length / 3); at < body.length; at += 17) body[at] = (body[at] ?? 0) ^ 0x55;
    send(200, undefined, body)(response, answer);
  }),
  picture('empty', send(200, undefined, '')),
  picture('a page', send(200, 'text/html', '<html>Sign in</html>')),
  picture('a page that says it is a picture', send(200, 'image/png', '<html>Sign in</html>')),
  picture('SVG', send(200, 'image/svg+xml', svg)),
  picture('SVG that says it is PNG', send(200, 'image/png', svg)),
  picture('a bomb', send(200, 'image/png', bomb)),
  picture('fewer bytes than said', (response, answer) => {
    response.writeHead(200, { ...answer.headers, 'content-length': answer.body.length + 1_000 });
    response.write(answer.body);
    setTimeout(() => response.socket?.end(), 50);
  }),
  picture('expired', send(410, 'application/json', '{"detail":"expired"}')),
  picture('forbidden', send(403, 'application/xml', '<Error><Code>AccessDenied</Code></Error>')),
];

const withFiles = [routeOf.fal, routeOf.replicate];

export const answers: Experiment[] = [
  tamperedExperiment({
    id: 'F17',
    fault: 'a provider that answers slowly, by half, or not to the end',
    how: 'headers that never come, a byte per second, half-closed, reset, at calls and at pictures',
    holds: ['I3', 'I10'],
    target: 'everything ends by its deadline of 20 s and 2 s more, descriptors are given back',
    tamperings: network.flatMap((way) => [
      { ...way, name: `${way.name} (call)`, applies: isCall },
      { ...way, name: `${way.name} (picture)`, applies: isPicture },
    ]),
    times: 4,
    sizes: { small: { n: 160, rate: 4, rounds: 1 }, full: { n: 2_000, rate: 5, rounds: 10 } },
    routes: everyRoute,
    deadlineSeconds: 20,
    judge: ({ evidence }) => {
      const longest = Math.max(0, ...evidence.generations.map(({ created_at, completed_at }) => (completed_at ?? Infinity) - created_at));
      return {
        figures: { 'longest ms': Math.round(longest) },
        violations: atMost(22_000, 'ms until the last one ended', Math.round(longest)),
      };
    },
  }),
  tamperedExperiment({
    id: 'F18',
    fault: 'answers that are not what was agreed',
    how: 'bodies of 15 kinds: empty, cut, wrong types, NaN, 1e309, keys twice, 50 MB, an error with status 200 …',
    holds: ['I2', 'I3', 'I5'],
    target: 'no process ends, none ends as INTERNAL, 0 charged for nothing',
    tamperings: corruptAnswers,
    times: 3,
    sizes: { small: { n: 260, rate: 4, rounds: 1 }, full: { n: 3_000, rate: 5, rounds: 10 } },
    routes: everyRoute,
  }),
  tamperedExperiment({
    id: 'F19',
    fault: 'pictures that are none',
    how: '11 kinds, for all downloads of some seconds: cut, bits turned over, pages, SVG, a bomb, wrong length, expired',
    holds: ['I5', 'I9'],
    target: '0 served, fetched once more, then failed and not charged',
    tamperings: corruptPictures,
    times: null,
    sizes: { small: { n: 200, rate: 4, rounds: 1 }, full: { n: 2_500, rate: 5, rounds: 10 } },
    routes: withFiles,
    judge: ({ evidence }) => {
      const refused = evidence.generations.filter(({ error_code }) => error_code === 'INVALID_IMAGE').length;
      return { figures: { 'ended INVALID_IMAGE': refused }, violations: refused > 0 ? [] : ['no generation ended as INVALID_IMAGE'] };
    },
  }),
];
