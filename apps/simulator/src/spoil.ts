import { randomBytes } from 'node:crypto';
import type { Scenario } from './scenario.ts';

/** Bytes of a picture as the scenario has them arrive; undefined: there is no such picture. */
export function spoilPicture(bytes: Buffer, scenario: Scenario): Buffer | undefined {
  if (scenario['missing-image']) return undefined;
  if (scenario['wrong-mime']) return Buffer.from('<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>');
  if (scenario['truncated-image']) return bytes.subarray(0, Math.floor(bytes.length / 2));
  if (scenario['corrupt-image']) {
    const head = bytes.subarray(0, 32);
    return Buffer.concat([head, randomBytes(Math.max(0, bytes.length - head.length))]);
  }
  return bytes;
}
