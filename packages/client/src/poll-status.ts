import type { Client } from './create-client.ts';
import type { GenerationOutput } from './procedure-types.ts';
import { type Patience, retry } from './retry.ts';

/** The gateway holds an answer that long when nothing changes. */
const waitSeconds = 20;

/** Asks until the generation has ended, telling every other answer; by either id. Throws GatewayError, or the signal's reason. */
export async function pollStatus(
  client: Client,
  id: string,
  { onOutput, ...patience }: Patience & { onOutput: (output: GenerationOutput) => void },
): Promise<GenerationOutput> {
  for (let wait = 0; ; wait = waitSeconds) {
    const output = await retry((signal) => client.status.check.query({ generation_id: id, wait }, { signal }), patience);
    if (output.status === 'completed' || output.status === 'failed') return output;
    onOutput(output);
  }
}
