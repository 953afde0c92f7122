import { expect, it } from 'vitest';
import { readableLogLine } from './readable-log-line.ts';

it.each([
  ['{"level":"warn","msg":"slow"}', { level: 'warn', text: 'slow' }],
  [
    '{"level":"error","msg":"failed","err":{"message":"reset\\nmore","stack":"Error: reset\\n at x"}}',
    { level: 'error', text: 'failed: reset' },
  ],
  ['{"level":"fatal","err":{"message":"gone"}}', { level: 'fatal', text: 'gone' }],
  ['  FAL_QUEUE_URL: must be an http URL', { level: 'error', text: 'FAL_QUEUE_URL: must be an http URL' }],
  ["  code: 'ERR_MODULE_NOT_FOUND',", undefined],
  ['{ broken', undefined],
  ['    at start (file:///srv/main.ts:1:1)', undefined],
  ['node:internal/modules:1', undefined],
  ['Node.js v24.21.0', undefined],
  ['', undefined],
])('%j reads %j', (line, readable) => {
  expect(readableLogLine(line)).toEqual(readable);
});
