/** A line of the simulator's bill: a request that a provider accepted. */
export type Purchase = {
  provider: 'fal' | 'replicate' | 'openai';
  model: string;
  provider_request_id: string;
  prompt: string;
  input: Record<string, unknown>;
  outcome: 'running' | 'succeeded' | 'failed' | 'canceled';
  billed: boolean;
  price_usd: number;
};

export async function readLedger(simulatorUrl: string): Promise<Purchase[]> {
  const answer = await fetch(`${simulatorUrl}/sim/ledger`);
  const { submissions } = (await answer.json()) as { submissions: Purchase[] };
  return submissions;
}

/** What was bought for exactly this prompt. */
export async function purchasesOf(simulatorUrl: string, prompt: string): Promise<Purchase[]> {
  return (await readLedger(simulatorUrl)).filter((purchase) => purchase.prompt === prompt);
}
