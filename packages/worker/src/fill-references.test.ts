import { Readable } from 'node:stream';
import { GuardedFetchError } from '@imagegen/runtime/guarded-fetch';
import type { Vault } from '@imagegen/vault/vault';
import { expect, test } from 'vitest';
import { fillReferences } from './fill-references.ts';
import { scriptedAdapter } from './scripted-adapter.fixture.ts';

const sha256 = 'a'.repeat(64);
const bytes = Buffer.from('picture');
const dataUrl = `data:image/png;base64,${bytes.toString('base64')}`;

/** Holds one picture. */
const vault: Vault = {
  put: async () => undefined,
  open: async (key) =>
    key === sha256
      ? { sizeBytes: bytes.length, range: { start: 0, end: bytes.length - 1 }, contentType: 'image/png', stream: Readable.from([bytes]) }
      : null,
  has: async (key) => key === sha256,
  remove: async () => undefined,
  check: async () => undefined,
  list: async () => ({ objects: [], next: null }),
};

function fill(body: Record<string, unknown>, inlinesReferences = false) {
  const adapter = scriptedAdapter({ images: [], seed: null, costMicros: 0 }, { inlinesReferences });
  const call = { endpoint: 'e', body, images: 1, seed: 3 };
  return fillReferences({ vault, adapter, signal: new AbortController().signal }, call);
}

test('a picture in the vault becomes a data URL, wherever it is, and all else stays', async () => {
  const body = {
    image_url: `vault:${sha256}`,
    input: { image: `vault:${sha256}`, steps: 4, seed: null, safe: true },
    images: [{ image_url: `vault:${sha256}` }],
  };
  expect(await fill(body)).toEqual({
    endpoint: 'e',
    images: 1,
    seed: 3,
    body: { image_url: dataUrl, input: { image: dataUrl, steps: 4, seed: null, safe: true }, images: [{ image_url: dataUrl }] },
  });
});

test('a prompt is never looked into, whatever it says', async () => {
  const body = {
    prompt: `vault:${sha256}`,
    negative_prompt: 'https://169.254.169.254/',
    input: { prompt: `vault:${sha256}` },
    loras: [{ path: 'https://loras.example.com/x.safetensors' }],
  };
  expect((await fill(body, true)).body).toEqual(body);
});

test('an https reference is handed on to a provider that fetches it itself', async () => {
  const body = { image_url: 'https://pictures.example.com/a.png' };
  expect((await fill(body)).body).toEqual(body);
});

test.for(['https://localhost/a.png', 'https://127.0.0.1/a.png', 'https://[::1]/a.png', 'https://metadata.internal/a.png'])(
  'for one that takes no URLs %s is not fetched',
  async (image) => {
    await expect(fill({ image }, true)).rejects.toThrow(GuardedFetchError);
  },
);

test('a picture that is not in the vault, or a key that is none, is an error', async () => {
  await expect(fill({ image_url: `vault:${'b'.repeat(64)}` })).rejects.toThrow('not in the vault');
  await expect(fill({ image_url: 'vault:../../etc/passwd' })).rejects.toThrow(TypeError);
});
