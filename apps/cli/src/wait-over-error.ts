/** The picture was not ready in the time granted; the generation goes on. */
export class WaitOverError extends Error {
  override readonly name = 'WaitOverError';
  readonly ids: { generation_id: string; request_id: string };

  constructor({ generation_id, request_id }: { generation_id: string; request_id: string }, waitSeconds: number, systemGoesOn: boolean) {
    const after = waitSeconds === 0 ? 'Submitted' : `Not ready after ${waitSeconds} s`;
    const fate = systemGoesOn ? 'the generation goes on' : 'the generation goes on when the system runs again (pnpm dev)';
    super(`${after}; ${fate}: ${generation_id} (${request_id})`);
    this.ids = { generation_id, request_id };
  }
}
