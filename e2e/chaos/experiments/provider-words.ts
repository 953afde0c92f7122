type Scenario = { words: readonly string[]; provider?: string; times?: number };

/** How the simulator treats what it is asked from now on; null: as a provider in good health. Throws when it does not take the words. */
export async function setScenario(simulatorUrl: string, scenario: Scenario | null): Promise<void> {
  const answer = await fetch(`${simulatorUrl}/sim/scenario`, {
    method: scenario ? 'PUT' : 'DELETE',
    ...(scenario && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(scenario) }),
  });
  if (!answer.ok) throw new Error(`The simulator answered ${answer.status}: ${await answer.text()}`);
}
