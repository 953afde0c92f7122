/** Credits as people read them: four digits for a picture, two from ten on. */
export function creditsText(credits: number): string {
  return `${credits.toFixed(Math.abs(credits) >= 10 ? 2 : 4)} cr`;
}

/** Seconds as people read them. */
export function secondsText(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)} s` : seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

export function percentText(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(share === 1 || share === 0 ? 0 : 1)} %`;
}

/** A parameter's value inside a sentence. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
