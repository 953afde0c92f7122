import { limits } from '../generation/input.ts';

export type Share = { images: number; seed: number };

/** One share per provider call. Each starts at the seed after those of the pictures before it, so that no two pictures repeat. */
export function splitImages(total: number, perCall: number, seed: number): Share[] {
  const shares: Share[] = [];
  for (let made = 0; made < total; made += perCall) {
    shares.push({ images: Math.min(perCall, total - made), seed: (seed + made) % (limits.seedMax + 1) });
  }
  return shares;
}
