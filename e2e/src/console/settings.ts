import { resolve } from 'node:path';
import { buildConsole } from '@imagegen/embedded/build-console';

/** Settings with which a gateway has a console: the one that `CONSOLE_DIR` names, or the one that is built from these sources. */
export async function consoleSettings(): Promise<{ CONSOLE_DIR: string }> {
  const folder = process.env.CONSOLE_DIR || (await buildConsole(resolve(import.meta.dirname, '../../..')));
  if (!folder) throw new Error('The console could not be built; the lines above say why.');
  return { CONSOLE_DIR: folder };
}
