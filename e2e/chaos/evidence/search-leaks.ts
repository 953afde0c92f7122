import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

type Search = { folder: string; secrets: readonly string[]; pattern?: RegExp };

/** Where words stand that must not stand there: keys of users anywhere, marks of prompts in logs and in the store of NATS. */
export async function searchLeaks({ folder, secrets, pattern }: Search): Promise<{ where: string; secret: string }[]> {
  const leaks: { where: string; secret: string }[] = [];
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    const text = await readFile(path, 'latin1');
    const where = path.slice(folder.length + 1);
    for (const secret of secrets) if (text.includes(secret)) leaks.push({ where, secret: `${secret.slice(0, 12)}…` });
    const mark = pattern?.exec(text)?.[0];
    if (mark) leaks.push({ where, secret: mark });
  }
  return leaks;
}
