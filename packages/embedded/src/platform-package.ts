import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** Folder of the entry file of an optional binary package; undefined when npm brought none for this platform. */
export function findPlatformPackage(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(name));
  } catch {
    return undefined;
  }
}
