import { expect, test } from 'vitest';
import { progressText } from './progress-text.ts';

test('says where a generation is', () => {
  expect(progressText(undefined)).toBe('Looking …');
  expect(progressText({ status: 'pending', progress: 0 })).toBe('Waiting for a place …');
  expect(progressText({ status: 'processing', progress: 0, queue_position: 3 })).toBe("In the provider's queue, 3 before it …");
  expect(progressText({ status: 'processing', progress: 41.6 })).toBe('Drawing, 42 % …');
  expect(progressText({ status: 'processing', progress: 0 })).toBe('Drawing …');
});
