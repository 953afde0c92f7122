import { expect, test } from 'vitest';
import { isRecentNats } from './nats-binary.ts';

test.each([
  ['nats-server: v2.14.0', true],
  ['nats-server: v2.10.29-RC.1', true],
  ['nats-server: v3.0.0', true],
  ['nats-server: v2.9.25', false],
  ['something else', false],
])('%s: recent enough is %s', (version, expected) => {
  expect(isRecentNats(version)).toBe(expected);
});
