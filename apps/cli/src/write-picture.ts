import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NamedPicture, pictureName } from './picture-name.ts';

/** Writes a picture under the first free name in a folder and returns its path; never overwrites, leaves no half file behind. */
export async function writePicture(directory: string, bytes: Uint8Array, picture: NamedPicture): Promise<string> {
  const made = new Date();
  for (let number = 1; ; number += 1) {
    const path = join(directory, pictureName(picture, made, number));
    try {
      await writeFile(path, bytes, { flag: 'wx' });
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      await rm(path, { force: true });
      throw error;
    }
  }
}
