/** Money is whole micro-credits inside; 1 credit = 1 US dollar. */
export const microsPerCredit = 1_000_000;

/** A price in whole micro-credits, rounded to the nearest one. */
export function usdToMicros(usd: number): number {
  return Math.round(usd * microsPerCredit);
}

export function microsToCredits(micros: number): number {
  return micros / microsPerCredit;
}
