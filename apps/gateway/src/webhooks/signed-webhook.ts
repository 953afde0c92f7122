/** A delivery as it came in. Headers as Node's `headersDistinct` has them: all values of each, so that a doubled one cannot pass. */
export type SignedWebhook = { headers: Readonly<Record<string, readonly string[] | undefined>>; rawBody: Buffer };

/** A webhook is believed for five minutes around its timestamp (fal docs: webhooks; Standard Webhooks leaves the number open). */
const toleranceSeconds = 300;

/** The values of headers that must be there exactly once each; null when one is missing, empty or doubled. */
export function singleHeaders<Name extends string>({ headers }: SignedWebhook, names: readonly Name[]): Record<Name, string> | null {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const [value, ...others] = headers[name] ?? [];
    if (!value || others.length > 0) return null;
    found[name] = value;
  }
  return found as Record<Name, string>;
}

/** @param timestamp Unix seconds, as text. */
export function isCurrent(timestamp: string, nowMs: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(nowMs / 1000 - Number(timestamp)) <= toleranceSeconds;
}
