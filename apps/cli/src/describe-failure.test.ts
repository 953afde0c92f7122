import { GatewayError } from '@imagegen/client/gateway-error';
import { describe, expect, it } from 'vitest';
import { describeFailure } from './describe-failure.ts';
import { Interruption } from './interruption.ts';
import { UsageError } from './usage-error.ts';
import { WaitOverError } from './wait-over-error.ts';

const ids = { generation_id: 'gen_1', request_id: 'req_1' };

describe('a failure', () => {
  it.each([
    [new UsageError('No.'), 2],
    [new WaitOverError(ids, 5, true), 3],
    [new Interruption('SIGINT'), 130],
    [new Interruption('SIGTERM'), 143],
    [new GatewayError('UNREACHABLE', 'The gateway cannot be reached'), 1],
    [new Error('anything'), 1],
    ['anything', 1],
  ])('%s has the exit code %i', (error, exitCode) => {
    expect(describeFailure(error).exitCode).toBe(exitCode);
  });

  it('keeps code and details of the gateway for programs', () => {
    const details = { invalid_ids: [7] };
    expect(describeFailure(new GatewayError('INVALID_LORA', 'Unknown LoRA id: 7.', { details })).body).toEqual({
      error: { code: 'INVALID_LORA', message: 'Unknown LoRA id: 7.', details },
    });
  });

  it('names the generation that goes on', () => {
    const { sentence, body } = describeFailure(new WaitOverError(ids, 5, true));
    expect(sentence).toBe('Not ready after 5 s; the generation goes on: gen_1 (req_1)');
    expect(body).toMatchObject(ids);
    expect(describeFailure(new WaitOverError(ids, 0, false)).sentence).toContain(
      'Submitted; the generation goes on when the system runs again',
    );
  });

  it('shows the last words of a process without its stack', () => {
    const log = ['Error: no port', '    at listen (net.js:1:1)', '{"level":"fatal","msg":"cannot listen"}'];
    expect(describeFailure(new Error(`fal exited with code 1; its log is fal.log:\n${log.join('\n')}`)).sentence).toBe(
      'fal exited with code 1; its log is fal.log:\n  Error: no port\n  cannot listen',
    );
  });
});
