import { createHash } from 'node:crypto';
import * as z from 'zod';
import { parseScenarioWords, type Scenario, scenarioOfPrompt } from './scenario.ts';

const providers = ['fal', 'replicate', 'openai'] as const;
export type ProviderName = (typeof providers)[number];

/** Body of `PUT /sim/scenario`: the same words as in a prompt, for the next requests of one provider or of all, so many times or until deleted. */
export const standingScenarioSchema = z.strictObject({
  words: z.array(z.string()).superRefine((words, context) => {
    for (const message of parseScenarioWords(words).problems) context.addIssue({ code: 'custom', message });
  }),
  provider: z.enum(providers).optional(),
  times: z.int().min(1).optional(),
});

type StandingScenario = z.infer<typeof standingScenarioSchema>;

type Submitted = { readonly provider: ProviderName; readonly prompt: string; readonly seed: number | null };

type Treatment = { readonly scenario: Scenario; readonly problems: readonly string[] };

export type ScenarioDesk = {
  get(): StandingScenario | null;
  set(standing: StandingScenario | null): void;
  /** What one submission gets: the standing scenario, overridden by its prompt's words; nothing if `once` already had its turn. */
  treat(submitted: Submitted): Treatment;
  /** Lets `once` know a submission that an earlier process accepted. */
  remember(submitted: Submitted): void;
};

/** Holds the standing scenario and which (prompt, seed) pairs `once` has seen. The provider is left out: a failover must find health. */
export function createScenarioDesk(): ScenarioDesk {
  let standing: StandingScenario | null = null;
  const seen = new Set<string>();
  const keyOf = ({ prompt, seed }: Submitted) => createHash('sha256').update(`${seed}\n${prompt}`).digest('base64');

  function takeStanding(provider: ProviderName): Scenario {
    if (!standing || (standing.provider && standing.provider !== provider)) return {};
    const { scenario } = parseScenarioWords(standing.words);
    if (standing.times !== undefined) standing = standing.times > 1 ? { ...standing, times: standing.times - 1 } : null;
    return scenario;
  }

  return {
    get: () => standing,
    set(next) {
      standing = next;
      if (!next) seen.clear();
    },
    treat(submitted) {
      const fromPrompt = scenarioOfPrompt(submitted.prompt);
      const scenario = { ...takeStanding(submitted.provider), ...fromPrompt.scenario };
      if (!scenario.once) return { scenario, problems: fromPrompt.problems };
      const key = keyOf(submitted);
      if (seen.has(key)) return { scenario: {}, problems: fromPrompt.problems };
      seen.add(key);
      return { scenario, problems: fromPrompt.problems };
    },
    remember(submitted) {
      if (scenarioOfPrompt(submitted.prompt).scenario.once) seen.add(keyOf(submitted));
    },
  };
}
