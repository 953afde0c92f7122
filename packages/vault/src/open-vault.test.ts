import { parseEnv } from '@imagegen/runtime/env';
import { describe, expect, it } from 'vitest';
import { vaultConfig, vaultEnv } from './open-vault.ts';

const configOf = (environment: Record<string, string>) => vaultConfig(parseEnv(vaultEnv, environment));
const bucket = { VAULT_KIND: 's3', VAULT_S3_BUCKET: 'pictures', VAULT_S3_REGION: 'eu-central-1' };

describe('the vault configuration', () => {
  it('is a folder unless told otherwise', () => {
    expect(configOf({ VAULT_DIR: '/data/vault' })).toEqual({ kind: 'disk', dir: '/data/vault' });
  });

  it('needs no more than a bucket and its region on S3', () => {
    expect(configOf(bucket)).toEqual({ kind: 's3', bucket: 'pictures', region: 'eu-central-1' });
  });

  it('takes endpoint, prefix and credentials of an S3-compatible store', () => {
    const config = configOf({
      ...bucket,
      VAULT_S3_ENDPOINT: 'http://127.0.0.1:9000/',
      VAULT_S3_PREFIX: 'live/pictures',
      VAULT_S3_ACCESS_KEY_ID: 'id-value',
      VAULT_S3_SECRET_ACCESS_KEY: 'secret-value',
    });
    expect(config).toMatchObject({ endpoint: 'http://127.0.0.1:9000', prefix: 'live/pictures' });
    expect(config.kind === 's3' && config.credentials?.secretAccessKey.reveal()).toBe('secret-value');
    expect(JSON.stringify(config)).not.toContain('-value');
  });

  it.each([
    [{}, ['VAULT_DIR']],
    [{ VAULT_DIR: '/data', VAULT_S3_BUCKET: 'pictures', VAULT_S3_PREFIX: 'live' }, ['VAULT_S3_BUCKET', 'VAULT_S3_PREFIX']],
    [{ VAULT_KIND: 's3' }, ['VAULT_S3_BUCKET', 'VAULT_S3_REGION']],
    [{ ...bucket, VAULT_DIR: '/data' }, ['VAULT_DIR']],
    [{ ...bucket, VAULT_S3_ACCESS_KEY_ID: 'id' }, ['VAULT_S3_SECRET_ACCESS_KEY']],
    [{ ...bucket, VAULT_S3_SECRET_ACCESS_KEY: 'secret' }, ['VAULT_S3_ACCESS_KEY_ID']],
    [{ ...bucket, VAULT_S3_PREFIX: '/live/' }, ['VAULT_S3_PREFIX']],
    [{ VAULT_KIND: 'tape' }, ['VAULT_KIND']],
  ])('refuses %j and names the variables', (environment, names) => {
    for (const name of names) expect(() => configOf(environment)).toThrow(name);
  });
});
