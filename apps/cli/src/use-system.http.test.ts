import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayError } from '@imagegen/client/gateway-error';
import { lockFolder } from '@imagegen/embedded/folder-lock';
import { recordSystem } from '@imagegen/embedded/running-system';
import { startSystem } from '@imagegen/embedded/system';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from './paths.ts';
import { isTaken, type UsableSystem, useSystem } from './use-system.ts';

const gateway = createServer((_, response) => response.end('{}'));
let url = '';
beforeAll(async () => {
  gateway.listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
});
afterAll(() => gateway.close());

const on = (env: NodeJS.ProcessEnv) => ({ env, signal: new AbortController().signal, onActivity: () => undefined });
const look = async ({ kind, url: where, key }: UsableSystem) => ({ kind, url: where, key });

describe('the system that is used', () => {
  it('is the one the environment names', async () => {
    const env = { GATEWAY_URL: 'https://images.example.com', GATEWAY_KEY: 'ig_key' };
    expect(await useSystem(on(env), look)).toEqual({ kind: 'configured', url: 'https://images.example.com', key: 'ig_key' });
  });

  it.each([
    [{ GATEWAY_URL: 'https://images.example.com' }, 'GATEWAY_KEY'],
    [{ GATEWAY_URL: 'images', GATEWAY_KEY: 'ig_key' }, 'GATEWAY_URL must be'],
    [{ NODE_ENV: 'production' }, 'set GATEWAY_URL and GATEWAY_KEY'],
  ])('is refused where the environment says %j', async (env, message) => {
    await expect(useSystem(on(env), look)).rejects.toThrow(message);
  });

  it('is the one running on the data folder', async () => {
    await using folder = await temporaryFolder();
    await using _ = await recordSystem(folder.path, url);
    expect(await useSystem(on({ DATA_DIR: folder.path }), look)).toEqual({ kind: 'running', url, key: 'ig_dev_user1' });
  });

  it('is looked for again when a running one goes away, and not for other failures', async () => {
    await using folder = await temporaryFolder();
    await using _ = await recordSystem(folder.path, url);
    const failures = [new GatewayError('UNREACHABLE', 'gone'), new GatewayError('SERVICE_UNAVAILABLE', 'going'), new Error('other')];
    const left = [...failures];
    const work = () => Promise.reject(left.shift());
    await expect(useSystem(on({ DATA_DIR: folder.path }), work)).rejects.toBe(failures[2]);
  });
});

it('knows the words in which a data folder is refused that belongs to another process', async () => {
  await using folder = await temporaryFolder();
  await using _ = await lockFolder(folder.path);
  const refusal = await startSystem({ rootDir: repositoryRoot, dataDir: folder.path }).catch((error: unknown) => error);
  expect(isTaken(refusal)).toBe(true);
  expect(isTaken(new Error('Port 3000 is in use'))).toBe(false);
});
