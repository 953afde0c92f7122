import { expect, it } from 'vitest';
import { parseFalPath } from './path.ts';

it.each([
  ['fal-ai/flux-lora', { kind: 'endpoint', endpoint: 'fal-ai/flux-lora' }],
  ['fal-ai/flux-lora/image-to-image', { kind: 'endpoint', endpoint: 'fal-ai/flux-lora/image-to-image' }],
  ['fal-ai/flux/requests/7', { kind: 'request', endpoint: 'fal-ai/flux', requestId: '7', action: 'result' }],
  ['fal-ai/flux/requests/7/response', { kind: 'request', endpoint: 'fal-ai/flux', requestId: '7', action: 'result' }],
  ['fal-ai/flux/dev/requests/7/status', { kind: 'request', endpoint: 'fal-ai/flux/dev', requestId: '7', action: 'status' }],
  ['fal-ai/flux/requests/7/status/stream', { kind: 'request', endpoint: 'fal-ai/flux', requestId: '7', action: 'stream' }],
  ['fal-ai/flux/requests/7/cancel', { kind: 'request', endpoint: 'fal-ai/flux', requestId: '7', action: 'cancel' }],
  ['fal-ai/flux/requests/7/nonsense', undefined],
  ['fal-ai', undefined],
])('reads %s', (path, expected) => {
  expect(parseFalPath(path)).toEqual(expected);
});
