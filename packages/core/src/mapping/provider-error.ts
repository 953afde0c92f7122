export type ProviderErrorKind =
  | 'invalid-request'
  | 'content-rejected'
  | 'unauthorized'
  | 'insufficient-funds'
  | 'rate-limited'
  | 'unavailable'
  | 'not-found'
  | 'malformed';

/** What a provider's refusal means. The message may be shown to callers. */
export type ProviderError = { kind: ProviderErrorKind; message: string };

const sentences: Record<ProviderErrorKind, string> = {
  'invalid-request': 'The provider refused the request',
  'content-rejected': "The provider's content policy refused the prompt or the picture",
  unauthorized: 'The provider refused our credentials',
  'insufficient-funds': "The provider's balance is exhausted",
  'rate-limited': 'The provider asks to slow down',
  unavailable: 'The provider is not available',
  'not-found': 'The provider does not know this model or request',
  malformed: 'The provider answered something unusable',
};

/** Only a refusal of the request itself carries the provider's words: they tell the caller what to change. */
export function providerError(kind: ProviderErrorKind, detail?: string): ProviderError {
  const shown = kind === 'invalid-request' && detail ? safeProviderText(detail) : '';
  return { kind, message: shown ? `${sentences[kind]}: ${shown}` : `${sentences[kind]}.` };
}

/** The kind that follows from the HTTP status alone; undefined for the 4xx ones whose body decides. */
export function kindOfStatus(httpStatus: number): ProviderErrorKind | undefined {
  if (httpStatus === 401 || httpStatus === 403) return 'unauthorized';
  if (httpStatus === 402) return 'insufficient-funds';
  if (httpStatus === 404) return 'not-found';
  if (httpStatus === 429) return 'rate-limited';
  if (httpStatus === 408 || httpStatus === 499 || httpStatus >= 500) return 'unavailable';
  if (httpStatus < 400) return 'malformed';
  return undefined;
}

const shownChars = 300;

/** One line of at most 300 characters without addresses and without anything that looks like a key or a token. */
export function safeProviderText(text: string): string {
  return text
    .slice(0, 2_000)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/\b(?:https?|data):\S+/gi, '[address]')
    .replace(/\b(?:Bearer|Key)\s+\S+/gi, '[credential]')
    .replace(/\b(?:sk|r8|key|whsec)[-_][\w*.-]+/gi, '[credential]')
    .replace(/[\w+/=-]{32,}/g, '[…]')
    .trim()
    .slice(0, shownChars);
}
