import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@imagegen/runtime/secret';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openVault } from './open-vault.ts';
import { describeVault } from './vault.contract.ts';
import { vaultKey } from './vault.ts';

let directory: string;
let server: S3rver;
let endpoint: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 's3-vault-'));
  server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets: [{ name: 'pictures' }] });
  endpoint = `http://127.0.0.1:${(await server.run()).port}`;
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

const open = (bucket: string, prefix?: string) =>
  openVault({
    kind: 's3',
    bucket,
    region: 'eu-central-1',
    endpoint,
    prefix,
    credentials: { accessKeyId: new Secret('S3RVER'), secretAccessKey: new Secret('S3RVER') },
  });

describeVault('S3', () => open('pictures'));

describe('an S3 vault', () => {
  const key = vaultKey('b'.repeat(64));
  const png = Buffer.from('\x89PNG\r\n\x1a\n and pixels', 'latin1');

  it('keeps its objects under the prefix', async () => {
    const vault = await open('pictures', 'live/one');
    await vault.put(key, png, 'image/png');
    expect(await (await open('pictures', 'live/two')).has(key)).toBe(false);
    expect((await readdir(join(directory, 'pictures', 'live', 'one'))).some((name) => name.startsWith(key))).toBe(true);
  });

  it('takes a missing bucket for a fault, not for a missing picture', async () => {
    const vault = await open('elsewhere');
    await expect(vault.open(key)).rejects.toThrow('bucket');
    await expect(vault.check()).rejects.toThrow('bucket');
  });
});
