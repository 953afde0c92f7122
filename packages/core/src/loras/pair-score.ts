/** What was seen of two LoRAs used together. */
export type PairCounts = { tested: number; succeeded: number; favorited: number };

/** As if three of four earlier pictures had worked: a pair nobody has tried is neither praised nor refused. */
const prior = { succeeded: 3, tested: 4 };
/** A picture somebody marked says more than one that was merely made. */
const favoriteWeight = 2;

/** 0–1: the smoothed share of pictures that worked. A favourite counts as two more that did. */
export function pairScore({ tested, succeeded, favorited }: PairCounts): number {
  const praise = favoriteWeight * Math.max(0, favorited);
  return round((prior.succeeded + succeeded + praise) / (prior.tested + tested + praise));
}

export const neutralScore = pairScore({ tested: 0, succeeded: 0, favorited: 0 });

/** Ends that say nothing about the picture: it was given up, came too late, or its fate is unknown. */
const silentCodes: ReadonlySet<string> = new Set(['CANCELED', 'DEADLINE_EXCEEDED', 'OUTCOME_UNKNOWN', 'INTERNAL', 'VALIDATION_ERROR']);

export function saysSomethingAboutLoras(errorCode: string | null): boolean {
  return errorCode === null || !silentCodes.has(errorCode);
}

function round(score: number): number {
  return Math.round(score * 1000) / 1000;
}
