import { AppError } from '@imagegen/core/errors/app-error';
import { expect, test } from 'vitest';
import { toAppError } from './error-reply.ts';

test.for([
  ['no connection is free', new Error('timeout exceeded when trying to connect')],
  ['nothing listens', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['Postgres shuts down', Object.assign(new Error('terminating connection'), { code: '57P01' })],
  ['Postgres takes no more connections', Object.assign(new Error('sorry, too many clients already'), { code: '53300' })],
] as const)('when %s the caller may come back', ([, error]) => {
  expect(toAppError(error)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2, cause: error });
});

test('what was said on purpose stays, what was not is our fault and says nothing', () => {
  const refusal = new AppError('NOT_FOUND', 'There is no such thing.');
  expect(toAppError(refusal)).toBe(refusal);
  expect(toAppError(new Error('secret'))).toMatchObject({ code: 'INTERNAL', message: expect.not.stringContaining('secret') });
});
