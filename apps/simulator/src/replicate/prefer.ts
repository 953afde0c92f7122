const longestWaitSeconds = 60;

/** Milliseconds that a `Prefer: wait[=n]` header has the answer held back; 0 without one. More than a minute is held for a minute. */
export function readWaitMs(header: string | undefined): number {
  const match = /^wait(?:=(\d{1,3}))?$/.exec(header?.trim() ?? '');
  if (!match) return 0;
  return Math.min(longestWaitSeconds, Number(match[1] ?? longestWaitSeconds)) * 1000;
}

/** Milliseconds of a `Cancel-After` header such as `30`, `30s`, `5m` or `1h30m45s`; null without one, undefined when it is none of these or under 5 s. */
export function readCancelAfterMs(header: string | undefined): number | null | undefined {
  if (header === undefined) return null;
  const match = /^(?:(\d+)|(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?)$/.exec(header.trim());
  if (!match) return undefined;
  const [bare, hours, minutes, seconds] = match.slice(1).map((text) => Number(text ?? 0));
  const totalMs = ((bare ?? 0) + (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000;
  return totalMs >= 5_000 ? totalMs : undefined;
}
