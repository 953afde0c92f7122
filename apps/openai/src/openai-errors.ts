import { MalformedAnswerError } from '@imagegen/core/errors/malformed-answer-error';
import { readOpenAiError } from '@imagegen/core/mapping/openai/read-error';
import { type OpenAiImages, readImages } from '@imagegen/core/mapping/openai/read-images';
import { ProviderError } from '@imagegen/worker/provider-error';
import { type HttpAnswer, retryAfterMs } from '@imagegen/worker/provider-http';

/** Refusals that OpenAI's own clients send again, because they can come after the work began (openai SDK 7.55.0, `shouldRetry`). */
const ambiguous: ReadonlySet<number> = new Set([408, 409]);

/**
 * What an answer of OpenAI that is no success means, and what it says about the bill. The kinds are core's; `billed` is decided here: a
 * refusal is free, moderation included; a success that cannot be read, a 5xx, a 408 and a 409 leave it open, and nobody can be asked.
 */
export function openAiError(answer: HttpAnswer, cause: unknown = undefined): ProviderError {
  const { status, headers, json } = answer;
  const { kind, message } = readOpenAiError(status, json);
  const refused = status >= 400 && status < 500 && !ambiguous.has(status);
  return new ProviderError(kind, message, {
    billed: refused ? 'no' : 'unknown',
    retryAfterMs: retryAfterMs(headers),
    cause: new Error(`OpenAI answered HTTP ${status}, x-request-id ${headers['x-request-id'] ?? 'absent'}`, { cause }),
  });
}

/** The pictures of an answer; throws ProviderError when it holds none. */
export function readPictures(answer: HttpAnswer): OpenAiImages {
  if (answer.status >= 300) throw openAiError(answer);
  try {
    return readImages(answer.json);
  } catch (error) {
    if (error instanceof MalformedAnswerError) throw openAiError(answer, error);
    throw error;
  }
}
