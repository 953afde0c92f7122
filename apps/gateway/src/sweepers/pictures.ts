import type { Executor } from '@imagegen/db/open-database';
import { findForgotten, listKeptPictures, takeTemporary } from '@imagegen/db/queries/sweep-pictures';
import { type Vault, vaultKey } from '@imagegen/vault/vault';
import type { Sweeper, Sweeping } from './sweeper.ts';

const hourMs = 3_600_000;
/** `save_to_vault: false`. */
const temporaryMs = 24 * hourMs;
/** Longer than any generation may take: what is younger may belong to one that has not ended. */
const graceMs = hourMs;
const perRound = { temporary: 200, listed: 1_000, looked: 200 };

/** Pictures that were to be kept for a day only. One that another generation keeps stays. */
export async function removeTemporaryPictures({ db, vault }: Sweeping): Promise<number> {
  return removeUnlessKept(db, vault, await takeTemporary(db, { keptMs: temporaryMs, limit: perRound.temporary }));
}

/** Walks through the vault, a page a round, for what no row tells of: its generation failed, or the row was never written. */
export function removeForgottenPictures(now: () => number = Date.now): Sweeper['sweep'] {
  let after: string | null = null;
  return async ({ db, vault }) => {
    const page = await vault.list(after, perRound.listed);
    after = page.next;
    const old = page.objects.filter(({ storedAt }) => now() - storedAt.getTime() > graceMs);
    return removeUnlessKept(db, vault, [...new Set(old.map(({ key }) => key.slice(0, 64)))]);
  };
}

async function removeUnlessKept(db: Executor, vault: Vault, sha256s: readonly string[]): Promise<number> {
  if (sha256s.length === 0) return 0;
  const forgotten = await findForgotten(db, sha256s);
  for (const sha256 of forgotten) {
    await vault.remove(vaultKey(`${sha256}.thumb`));
    await vault.remove(vaultKey(sha256));
  }
  return forgotten.length;
}

/**
 * Walks through the completed generations, some a round, for pictures that are not in the vault. Nothing brings them back, so this is said
 * loudly, once a walk: a restored backup of the vault would be older than the one of Postgres.
 */
export function missingPictures(): Sweeper['sweep'] {
  let afterId = 0;
  return async ({ db, vault, logger }, signal) => {
    const rows = await listKeptPictures(db, { afterId, limit: perRound.looked });
    afterId = rows.length < perRound.looked ? 0 : (rows.at(-1)?.id ?? 0);
    let count = 0;
    for (const { generation_id, sha256s } of rows) {
      for (const sha256 of sha256s) {
        if (signal.aborted) return count;
        if (await vault.has(vaultKey(sha256))) continue;
        count += 1;
        logger.error({ generation_id, sha256 }, 'a picture is missing in the vault');
      }
    }
    return count;
  };
}
