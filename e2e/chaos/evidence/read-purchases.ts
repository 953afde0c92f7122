import { readFile } from 'node:fs/promises';
import type { Purchase } from './evidence.ts';

type Submission = {
  id: string;
  provider: string;
  prompt: string;
  run: { acceptedAtMs: number };
  webhook: { url: string } | null;
};
type Settlement = { outcome: 'succeeded' | 'failed' | 'canceled'; priceUsd: number };
type Line = { accepted?: Submission; settled?: string; settlement?: Settlement };

/** The simulator's books as it wrote them, line by line; a line that a kill has cut says nothing. */
export async function readPurchases(ledgerFile: string): Promise<Purchase[]> {
  const purchases = new Map<string, Purchase>();
  for (const text of (await readFile(ledgerFile, 'utf8')).split('\n')) {
    const { accepted, settled, settlement } = parse(text);
    if (accepted) purchases.set(accepted.id, toPurchase(accepted));
    const purchase = settled === undefined ? undefined : purchases.get(settled);
    if (purchase && settlement) Object.assign(purchase, { outcome: settlement.outcome, billed: settlement.priceUsd > 0 });
  }
  return [...purchases.values()];
}

function parse(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return {};
  }
}

function toPurchase({ id, provider, prompt, run, webhook }: Submission): Purchase {
  const token = webhook ? (/\/webhooks\/\w+\/([\w-]+)/.exec(webhook.url)?.[1] ?? null) : null;
  return { id, provider, prompt, token, acceptedAt: run.acceptedAtMs, outcome: 'running', billed: false };
}
