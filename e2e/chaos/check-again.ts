import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkEvidence } from './checks/check-evidence.ts';
import type { Verdict } from './checks/verdict.ts';
import type { Evidence } from './evidence/evidence.ts';
import { readHistory } from './evidence/history-file.ts';

/** Judges a run once more from what it left behind: `evidence.json` and `history.ndjson`. */
export async function checkAgain(outDir: string): Promise<Verdict[]> {
  const evidence = JSON.parse(await readFile(join(outDir, 'evidence.json'), 'utf8')) as Evidence;
  return checkEvidence({ ...evidence, history: await readHistory(join(outDir, 'history.ndjson')) });
}
