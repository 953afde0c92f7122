import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { picture } from '@imagegen/vault/picture.fixture';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProviderOutput } from './provider-adapter.ts';
import { scriptedAdapter } from './scripted-adapter.fixture.ts';
import { accept, aWorker, look, openWorkshop, run, type Workshop } from './workshop.fixture.ts';

let workshop: Workshop;
let origin: string;
let whole: Buffer;
const downloads: string[] = [];
const server = createServer((request, response) => {
  const name = request.url ?? '';
  const before = downloads.filter((other) => other === name).length;
  downloads.push(name);
  const truncated = name.startsWith('/truncated') || (name.startsWith('/once-truncated') && before === 0);
  if (name.startsWith('/missing')) response.writeHead(404).end();
  else if (name.startsWith('/html')) response.end('<html>not a picture</html>');
  else response.end(truncated ? whole.subarray(0, whole.length / 2) : whole);
});

beforeAll(async () => {
  workshop = await openWorkshop();
  whole = await picture('png', 64);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await workshop[Symbol.asyncDispose]();
});

const url = (name: string, blocked = false) => ({ kind: 'url', url: `${origin}/${name}`, blocked }) as const;

async function deliver(images: ProviderOutput['images']) {
  const adapter = scriptedAdapter({ images, seed: null, costMicros: 60_000 }, { trustedOrigins: [origin] });
  const calls = [{ endpoint: 'e', body: {}, images: images.length, seed: 42 }];
  const plan = { calls, actual: { steps: null, cfg_scale: null, width: 64, height: 64 }, transcode: null };
  const id = await accept(workshop, 1, { plan });
  await run(aWorker(workshop, adapter), id);
  expect(adapter.submits).toHaveLength(1);
  return look(workshop.db, id);
}

const downloadsOf = (name: string) => downloads.filter((other) => other === `/${name}`).length;

test('a picture that arrives broken is downloaded once more', async () => {
  expect(await deliver([url('once-truncated')])).toMatchObject({ status: 'completed', credits_used: '0.0600', images: [{ width: 64 }] });
  expect(downloadsOf('once-truncated')).toBe(2);
});

test.for(['truncated', 'html', 'missing'])('a picture that stays %s is not shown and not charged', async (name) => {
  const ended = await deliver([url(name)]);
  expect(ended).toMatchObject({ status: 'failed', error: { code: 'INVALID_IMAGE' }, images: [], credits_used: '0.0000' });
  expect(ended.attempts).toMatchObject([{ state: 'failed', cost_micros: 60_000 }]);
  expect(downloadsOf(name)).toBe(2);
});

test('bytes that are no picture are not asked for again', async () => {
  const bytes = whole.subarray(0, whole.length / 2);
  expect(await deliver([{ kind: 'bytes', bytes, blocked: false }])).toMatchObject({ status: 'failed', error: { code: 'INVALID_IMAGE' } });
});

test("a picture that the provider's filter blackened is left out, and is not even fetched", async () => {
  expect(await deliver([url('blocked', true)])).toMatchObject({
    status: 'failed',
    error: { code: 'CONTENT_REJECTED' },
    credits_used: '0.0000',
  });
  expect(downloadsOf('blocked')).toBe(0);
});

test('whole pictures among broken and blocked ones are delivered, and only they are charged', async () => {
  const ended = await deliver([url('blocked', true), url('whole'), url('truncated-too')]);
  expect(ended).toMatchObject({
    status: 'completed',
    images: [{ seed: 42 }],
    credits_used: '0.0200',
    delivery_adjustments: [{ parameter: 'num_images', asked: 3, used: 1 }],
    attempts: [{ state: 'succeeded', cost_micros: 60_000 }],
  });
});

test('a picture of another size than planned is said to be so', async () => {
  const bytes = await picture('jpeg', 80, 48);
  expect(await deliver([{ kind: 'bytes', bytes, blocked: false }])).toMatchObject({
    images: [{ width: 80, height: 48, content_type: 'image/jpeg' }],
    delivery_adjustments: [{ parameter: 'size', kind: 'approximated', asked: '64x64', used: '80x48' }],
  });
});

test('a picture at an address where the provider does not deliver from is not fetched', async () => {
  const elsewhere = { kind: 'url', url: 'http://127.0.0.1:1/private', blocked: false } as const;
  expect(await deliver([elsewhere])).toMatchObject({ status: 'failed', error: { code: 'INVALID_IMAGE' } });
});
