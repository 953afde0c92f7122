import { existsSync } from 'node:fs';

const wanted = process.env.CHROMIUM_PATH || '/usr/bin/chromium';

/** The browser that the console is tried in; null where there is none, and the specs that need it are left out. */
export const chromiumPath: string | null = existsSync(wanted) ? wanted : null;

export const chromiumMissing = `The console's specs are left out: there is no ${wanted}. Install it (apt-get install chromium) or name one in CHROMIUM_PATH.`;
