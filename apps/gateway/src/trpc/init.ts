import { AppError, type ErrorBody } from '@imagegen/core/errors/app-error';
import { type ErrorCode, errorCodes } from '@imagegen/core/errors/error-codes';
import { validate, validationError } from '@imagegen/core/validation/validate';
import { initTRPC, TRPCError } from '@trpc/server';
import type * as z from 'zod';
import { toAppError } from '../http/error-reply.ts';
import type { TrpcContext } from './trpc-context.ts';

const t = initTRPC.context<TrpcContext>().create({
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 45_000 } },
  /** tRPC's own shape, with our error body under `data.error`, and never a stack. */
  errorFormatter: ({ shape, error }) => {
    const body = bodyOf(error);
    const { stack: _, ...data } = shape.data;
    return { ...shape, message: body.message, data: { ...data, error: body } };
  },
});

/** Errors of tRPC itself (unknown procedure, wrong method, unreadable body) carry no cause of ours. */
function bodyOf(error: TRPCError): ErrorBody {
  if (isThrown(error)) return toAppError(error.cause).toBody();
  if (error.code === 'PARSE_ERROR') return validationError([{ path: '', message: 'is not valid JSON' }]).toBody();
  return { code: codeOf(error), message: error.message };
}

/** Whether a use case threw it: as one of ours, or as something unforeseen, which tRPC wraps. */
function isThrown({ cause, code }: TRPCError): boolean {
  return cause instanceof AppError || code === 'INTERNAL_SERVER_ERROR';
}

function codeOf(error: TRPCError): ErrorCode {
  const codes = Object.keys(errorCodes) as ErrorCode[];
  return codes.find((code) => errorCodes[code].trpc === error.code) ?? 'VALIDATION_ERROR';
}

/** Turns whatever a use case throws into tRPC's error with the code of the one error table. */
const speakErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok || !isThrown(result.error)) return result;
  const cause = toAppError(result.error.cause ?? result.error);
  return { ...result, error: new TRPCError({ code: errorCodes[cause.code].trpc, message: cause.message, cause }) };
});

/** `Retry-After`, as REST's answers carry it. */
export function retryAfter({ errors }: { errors: readonly TRPCError[] }): { headers?: Record<string, string> } {
  const seconds = errors
    .map(({ cause }) => (cause instanceof AppError ? cause.retryAfterSeconds : undefined))
    .find((each) => each !== undefined);
  return seconds === undefined ? {} : { headers: { 'retry-after': String(seconds) } };
}

const authenticated = t.middleware(async ({ ctx, next }) => next({ ctx: { principal: await ctx.authenticate() } }));

export const router = t.router;
export const userProcedure = t.procedure.use(speakErrors).use(authenticated);

/** A parser that refuses in our words: the field, what would be right, and the nearest known name. */
export function strict<Schema extends z.ZodType>(schema: Schema) {
  return {
    _input: undefined as unknown as z.input<Schema>,
    _output: undefined as unknown as z.output<Schema>,
    parse: (value: unknown): z.output<Schema> => validate(schema, value),
  };
}
