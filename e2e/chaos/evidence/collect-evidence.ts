import { join } from 'node:path';
import { countSometimes } from './count-sometimes.ts';
import type { Evidence } from './evidence.ts';
import { readRows, withDatabase } from './read-database.ts';
import { readPurchases } from './read-purchases.ts';
import { readVault } from './read-vault.ts';
import { searchLeaks } from './search-leaks.ts';

type Scene = {
  system: { databaseUrl: string; ledgerFile: string; vaultDir: string; dataDir: string };
  history: Evidence['history'];
  quiet: Evidence['quiet'];
  /** Of users: secrets that must not stand anywhere but in requests. */
  keys: readonly string[];
  /** What had to be counted while it happened. */
  counted: Record<string, number>;
};

const markPattern = /mark[0-9a-z]+x[0-9a-z]{4,}/;

export async function collectEvidence({ system, history, quiet, keys, counted }: Scene): Promise<Evidence> {
  const { databaseUrl, ledgerFile, vaultDir, dataDir } = system;
  const { rows, sometimes } = await withDatabase(databaseUrl, async (client) => ({
    rows: await readRows(client),
    sometimes: await countSometimes(client, dataDir, history),
  }));
  const leaks = await Promise.all([
    searchLeaks({ folder: join(dataDir, 'a', 'logs'), secrets: keys, pattern: markPattern }),
    searchLeaks({ folder: join(dataDir, 'b', 'logs'), secrets: keys, pattern: markPattern }),
    searchLeaks({ folder: join(dataDir, 'nats'), secrets: keys, pattern: markPattern }),
  ]);
  return {
    history,
    ...rows,
    purchases: await readPurchases(ledgerFile),
    ...(await readVault(vaultDir, rows.generations)),
    quiet,
    leaks: leaks.flat(),
    sometimes: { ...sometimes, ...counted },
  };
}
