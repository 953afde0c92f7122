type Pair = { lora_ids: number[]; score: number; tested_count: number; success_rate: number | null; known: boolean };
export type Cell = { of: number; with: number; pair: Pair | null };
export type MatrixRow = { id: number; cells: Cell[] };

/** A square of scores, each pair twice; `pair` is null where a LoRA meets itself and where nothing was answered. */
export function scoreMatrix(ids: readonly number[], pairs: readonly Pair[]): MatrixRow[] {
  const known = new Map(pairs.map((pair) => [keyOf(pair.lora_ids), pair]));
  return ids.map((id) => ({ id, cells: ids.map((other) => ({ of: id, with: other, pair: known.get(keyOf([id, other])) ?? null })) }));
}

/** How strong a cell's colour is, 0–100, and whether it speaks for or against the pair: scores above `threshold` speak for it. */
export function tintOf(score: number, threshold = 0.7): { speaks: 'for' | 'against'; strength: number } {
  const isFor = score > threshold;
  const distance = isFor ? (score - threshold) / (1 - threshold) : (threshold - score) / threshold;
  return { speaks: isFor ? 'for' : 'against', strength: Math.round(12 + 58 * distance) };
}

/** The cell in words. */
export function cellText({ pair }: Pick<Cell, 'pair'>, [first, second]: readonly [string, string]): string {
  if (!pair?.known) return `${first} and ${second}: not used together yet`;
  return `${first} and ${second}: score ${Math.round(pair.score * 100)} %, ${pair.tested_count} ${pair.tested_count === 1 ? 'picture' : 'pictures'}`;
}

function keyOf(ids: readonly number[]): string {
  return [...ids].sort((a, b) => a - b).join('+');
}
