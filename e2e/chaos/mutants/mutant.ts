import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A mistake on purpose, and what must notice it: an invariant of the checker, or tests that are named. */
export type Mutant = {
  name: string;
  what: string;
  patchFile: string;
  /** `I1` … `I13`, or `test`. */
  seenBy: string;
  /** The first word is `chaos` (arguments of the harness) or `vitest` (a project and test files). */
  run: string[];
};

/** Reads `<name>.patch` files: three lines of explanation before the diff. Throws for one that lacks them. */
export async function readMutants(folder: string): Promise<Mutant[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.patch')).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const patchFile = join(folder, file);
      const text = await readFile(patchFile, 'utf8');
      const line = (name: string) => {
        const value = new RegExp(`^${name}: (.+)$`, 'm').exec(text)?.[1];
        if (!value) throw new Error(`${file} does not say "${name}: …"`);
        return value;
      };
      return { name: basename(file, '.patch'), what: line('What'), patchFile, seenBy: line('Seen-by'), run: line('Run').split(' ') };
    }),
  );
}
