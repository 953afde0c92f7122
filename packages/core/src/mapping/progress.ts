const readChars = 400;

/** Percent from the end of a log: the last "12/28" or "43%". Null when it says neither. */
export function progressFromLog(log: string): number | null {
  const tail = log.slice(-readChars);
  let last: { at: number; percent: number } | null = null;
  for (const match of tail.matchAll(/(\d{1,5})\/(\d{1,5})|(\d{1,3})%/g)) {
    const [, done, total, percent] = match;
    const value = percent === undefined ? (100 * Number(done)) / Number(total) : Number(percent);
    if (value >= 0 && value <= 100) last = { at: match.index, percent: Math.floor(value) };
  }
  return last?.percent ?? null;
}
