import { expect, it } from 'vitest';
import { progressText } from './progress-text.ts';

it.each([
  [{ status: 'pending', progress: 0 }, '────────────────────────   0 %  pending'],
  [{ status: 'processing', progress: 0, queue_position: 2 }, '────────────────────────   0 %  in line at the provider, 2 before it'],
  [{ status: 'processing', progress: 0, queue_position: 0 }, '────────────────────────   0 %  in line at the provider, next'],
  [{ status: 'processing', progress: 49.6, queue_position: 0 }, '━━━━━━━━━━━━────────────  50 %  processing'],
  [{ status: 'completed', progress: 100 }, '━━━━━━━━━━━━━━━━━━━━━━━━ 100 %  completed'],
] as const)('%j is drawn as %j', (progress, text) => {
  expect(progressText(progress)).toBe(text);
});
