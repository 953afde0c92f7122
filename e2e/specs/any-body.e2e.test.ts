import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Call, type CallAnswer, send } from '../src/access/call.ts';
import { newUser } from '../src/access/possessions.ts';
import { anyBody } from '../src/any-body.ts';
import { openDoor } from '../src/http-door.ts';
import { fetchDocument } from '../src/openapi-document.ts';
import { referencePicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl } = sharedSystem;
const bodiesPerDoor = 10;
const atOnce = 4;
const hangsAfterMs = 30_000;

const routes = [
  'POST /api:v2/smart/generate',
  'POST /api:v2/openai/edit',
  'POST /api:v2/utils/estimate',
  'POST /api:v2/utils/validate',
  'POST /api:v2/utils/compatibility',
  'POST /api:v2/status/check',
  'POST /api:v2/data/presets',
  'POST /api:v2/data/presets/from-generation',
  'POST /api/image/generate',
  'POST /api/presets/save',
  'POST /api/generations/status',
  'POST /api:_WUcacrv/generate-image',
  'POST /api:_WUcacrv/fal-ai/flux-general',
  'POST /api:_WUcacrv/gpt-image',
  'POST /api:_WUcacrv/chatbot_bridge',
  'POST /api:f0PVlTz_/smart_generate',
  'POST /api:f0PVlTz_/image_to_image',
  'POST /v1/images/generations',
  'POST /v1/images/edits',
  'GET /api:v2/data/history',
  'GET /api:v2/data/analytics',
  'GET /api:v2/data/presets',
  'GET /api/generations/history',
  'GET /api/loras/available',
  'GET /api:f0PVlTz_/loras',
];

/** Without these a body is refused before anybody looks at the rest. */
function neededBy(name: string, picture: string): object {
  if (name.startsWith('GET ') || name.includes('status')) return {};
  if (name.includes('presets')) return { name: 'a preset of any body' };
  if (name.includes('compatibility')) return { lora_ids: [309, 310] };
  const prompt = { prompt: 'a fox of any body' };
  if (name.endsWith('/openai/edit')) return { ...prompt, reference_image: picture };
  if (name.endsWith('/images/edits')) return { ...prompt, images: [{ image_url: picture }] };
  if (name.endsWith('/image_to_image')) return { ...prompt, image_url: picture };
  return prompt;
}

/** Procedures take what these routes take. */
const procedures: Record<string, string> = {
  'smart.generate': 'POST /api:v2/smart/generate',
  'utils.validate': 'POST /api:v2/utils/validate',
  'status.check': 'POST /api:v2/status/check',
  'data.presets.create': 'POST /api:v2/data/presets',
  'data.history': 'GET /api:v2/data/history',
};

test('whatever is sent gets an answer that is documented, and none is an internal error', async () => {
  const document = await fetchDocument(gatewayUrl);
  const { door: own } = await newUser(gatewayUrl);
  const door = openDoor(gatewayUrl, own.key);
  const seed = Math.floor(Math.random() * 2 ** 31);
  const picture = await referencePicture();
  const bodiesOf = (name: string) => fc.sample(anyBody(document.inputOf(name), neededBy(name, picture)), { seed, numRuns: bodiesPerDoor });

  const calls: { name: string; call: Call }[] = [
    ...routes.flatMap((name) => {
      const [method = '', path = ''] = name.split(' ');
      return bodiesOf(name).map((body) => ({
        name,
        call: method === 'GET' ? { method, path: `${path}?${queryOf(body)}` } : { method, path, body },
      }));
    }),
    ...Object.entries(procedures).flatMap(([name, like]) =>
      bodiesOf(like).map((body) => ({ name, call: { method: 'POST', path: `/trpc/${name}`, body } })),
    ),
  ];

  const problems: string[] = [];
  const open = calls.values();
  const work = async () => {
    for (const { name, call } of open) {
      const answer = await Promise.race([send(door, call), hung()]);
      const problem = problemOf(name, call, answer);
      if (problem) problems.push(`seed ${seed}: ${call.method} ${call.path} ${JSON.stringify(call.body)?.slice(0, 1_000)}: ${problem}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  expect(problems).toEqual([]);

  function problemOf(name: string, { body: sent }: Call, answer: CallAnswer | 'hung'): string | null {
    if (answer === 'hung') return 'no answer';
    if (answer.status >= 500) return `${answer.status} ${answer.text.slice(0, 500)}`;
    if (asksForStream(sent) && /^(retry|event|data): /.test(answer.text)) return null;
    if (!answer.isJson) return `no JSON: ${answer.text.slice(0, 200)}`;
    const body = JSON.parse(answer.text);
    if (name.includes(' ')) return document.problemOf(name, { status: answer.status, body });
    const isRight = answer.status === 200 ? 'data' in (body.result ?? {}) : typeof body.error?.data?.error?.code === 'string';
    return isRight ? null : `not in tRPC's shape: ${answer.text.slice(0, 300)}`;
  }
}, 120_000);

/** Its answer is a stream of events, and not JSON. */
function asksForStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'stream' in body && body.stream === true;
}

function queryOf(body: Record<string, unknown>): string {
  const entries = Object.entries(body).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return new URLSearchParams(entries).toString();
}

function hung(): Promise<'hung'> {
  return new Promise((resolve) => {
    setTimeout(() => resolve('hung'), hangsAfterMs).unref();
  });
}
