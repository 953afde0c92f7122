import type { RunningNats } from '@imagegen/embedded/nats';
import { waitUntil } from '@imagegen/embedded/wait-until';
import { createLogger } from '@imagegen/runtime/logger';
import { expect } from 'vitest';
import { type Bus, connectBus } from './connect.ts';

export const silent = createLogger('test', 'silent');

export function connectTestBus({ url }: { url: string }): Promise<Bus> {
  return connectBus({ url, name: 'test', logger: silent });
}

/** Kills the server in the middle of whatever it does; resolves when its successor answers. */
export async function crash({ process }: RunningNats): Promise<void> {
  const { pid } = process;
  process.kill('SIGKILL');
  await eventually(() => process.pid !== undefined && process.pid !== pid);
  await process.ready();
}

export async function eventually(condition: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  expect(await waitUntil(condition, limitMs)).toBe(true);
}
