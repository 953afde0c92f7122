import type { Answer, ErrorAnswer, HttpDoor } from './http-door.ts';

export type ProcedureError = { message: string; code: number; data: { code: string; httpStatus: number; error: ErrorAnswer['error'] } };

/** Calls a tRPC procedure the way its wire protocol spells it, so that inputs may be wrong. */
export function callProcedure<Output>(
  door: HttpDoor,
  path: string,
  input: unknown,
): Promise<Answer<{ result?: { data: Output }; error?: ProcedureError }>> {
  return door.post(`/trpc/${path}`, input);
}
