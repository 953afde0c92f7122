import type { Fault, Stage } from './fault.ts';
import { hold } from './wait.ts';

/** How the next requests to one provider are treated, in the simulator's words; `brown-out` for all of them, for some seconds. */
const scenarios: { name: string; words: string[]; times: number | null }[] = [
  { name: 'provider-429', words: ['rate-limited'], times: 6 },
  { name: 'provider-429-retry-after', words: ['rate-limited-retry-after=1'], times: 6 },
  { name: 'provider-500', words: ['error-500'], times: 4 },
  { name: 'provider-503', words: ['error-503'], times: 4 },
  { name: 'provider-504', words: ['error-504'], times: 2 },
  { name: 'provider-brown-out', words: ['error-503'], times: null },
  { name: 'provider-slow', words: ['latency=6000'], times: 6 },
  { name: 'provider-drip', words: ['slow=3000'], times: 4 },
  { name: 'provider-cut-before', words: ['reset-before'], times: 3 },
  { name: 'provider-cut-after', words: ['reset'], times: 3 },
  { name: 'provider-corrupt-json', words: ['corrupt-json'], times: 3 },
  { name: 'provider-corrupt-result', words: ['corrupt-result'], times: 2 },
  { name: 'provider-truncated-image', words: ['truncated-image'], times: 3 },
  { name: 'provider-corrupt-image', words: ['corrupt-image'], times: 2 },
  { name: 'provider-wrong-mime', words: ['wrong-mime'], times: 2 },
  { name: 'provider-missing-image', words: ['missing-image'], times: 2 },
  { name: 'provider-fails', words: ['fail'], times: 3 },
  { name: 'provider-status-500', words: ['status-500'], times: 4 },
];

export const providerScenarios: Fault[] = scenarios.map(({ name, words, times }) => ({
  name,
  async strike(stage) {
    const provider = stage.random.pick(['fal', 'replicate', 'openai']);
    // There is room for one script at a time.
    if ((await readScenario(stage)) !== null) return null;
    if (!(await put(stage, { words, provider, ...(times !== null && { times }) }))) return null;
    const endsAt = performance.now() + stage.random.between(3_000, 6_000);
    const left = async () => (await readScenario(stage))?.times ?? 0;
    while (performance.now() < endsAt && !stage.signal.aborted && (times === null || (await left()) > 0)) await hold(200, stage.signal);
    const met = times === null ? 'all' : times - (await left());
    await fetch(`${stage.system.simulatorUrl}/sim/scenario`, { method: 'DELETE' }).catch(() => undefined);
    return met === 0 ? null : `${provider}: ${words.join(' ')} for ${met} requests`;
  },
}));

async function put({ system }: Stage, scenario: object): Promise<boolean> {
  const body = JSON.stringify(scenario);
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${system.simulatorUrl}/sim/scenario`, { method: 'PUT', headers, body }).catch(() => null);
  return answer?.ok ?? false;
}

/** What still stands; null when it is spent. */
async function readScenario({ system }: Stage): Promise<{ times?: number } | null> {
  const answer = await fetch(`${system.simulatorUrl}/sim/scenario`).catch(() => null);
  return answer?.ok ? ((await answer.json()) as { scenario: { times?: number } | null }).scenario : null;
}
