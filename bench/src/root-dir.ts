import { fileURLToPath } from 'node:url';

/** Of the repository. */
export const rootDir = fileURLToPath(new URL('../../', import.meta.url));
