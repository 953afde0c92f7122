import { AppError, type ErrorBody } from '@imagegen/core/errors/app-error';
import { type ErrorCode, errorCodes } from '@imagegen/core/errors/error-codes';
import { validate, validationError } from '@imagegen/core/validation/validate';
import { initTRPC, TRPCError } from '@trpc/server';
import type * as z from 'zod';
import { toAppError } from '../http/error-reply.ts';
import { authorize } from '../identity/authorize.ts';
import { rateLimitHeaders } from '../limits/rate-limit-headers.ts';
import { rateLimited } from '../limits/rate-limiter.ts';
import { remainingCalls } from '../limits/sliding-window.ts';
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
  return { ...result, error: toTrpcError(result.error.cause ?? result.error) };
});

export function toTrpcError(thrown: unknown): TRPCError {
  const cause = toAppError(thrown);
  return new TRPCError({ code: errorCodes[cause.code].trpc, message: cause.message, cause });
}

/** `RateLimit-*` of the call with the least left, and `Retry-After`, as REST's answers carry them. */
export function answerHeaders({ ctx, errors }: { ctx?: TrpcContext | undefined; errors: readonly TRPCError[] }): {
  headers?: Record<string, string>;
} {
  const tightest = ctx?.limits.tightest;
  return { headers: { ...(tightest && rateLimitHeaders(tightest)), ...retryAfter(errors) } };
}

function retryAfter(errors: readonly TRPCError[]): Record<string, string> {
  const seconds = errors
    .map(({ cause }) => (cause instanceof AppError ? cause.retryAfterSeconds : undefined))
    .find((each) => each !== undefined);
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}

/** Who calls, whether they may, and whether the call fits: each call of a batch for itself. */
const admitted = (admin: boolean) =>
  t.middleware(async ({ ctx, type, next }) => {
    const principal = await ctx.authenticate();
    const access = type === 'mutation' ? 'write' : 'read';
    authorize(principal, { access, admin, beta: ctx.config.identity.v2BetaOnly });
    const { admitted, standing } = await ctx.limiter.admit(principal.userId, access);
    const { tightest } = ctx.limits;
    if (!tightest || remainingCalls(standing) < remainingCalls(tightest)) ctx.limits.tightest = standing;
    if (!admitted) throw rateLimited(standing);
    return next({ ctx: { principal } });
  });

export const router = t.router;
export const userProcedure = t.procedure.use(speakErrors).use(admitted(false));
export const adminProcedure = t.procedure.use(speakErrors).use(admitted(true));

/** A parser that refuses in our words: the field, what would be right, and the nearest known name. */
export function strict<Schema extends z.ZodType>(schema: Schema) {
  return {
    _input: undefined as unknown as z.input<Schema>,
    _output: undefined as unknown as z.output<Schema>,
    parse: (value: unknown): z.output<Schema> => validate(schema, value),
  };
}
