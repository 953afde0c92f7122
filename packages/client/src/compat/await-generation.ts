import { GenerationFailedError } from '../generation-failed-error.ts';
import type { GenerationOutput } from '../procedure-types.ts';
import type { RestDoor } from './rest-door.ts';

/** The gateway holds an answer that long when nothing changes. */
const waitSeconds = '20';

/** Asks until it has ended, as long as that takes: the gateway ends every generation by its deadline. Throws GenerationFailedError. */
export async function awaitGeneration(door: Pick<RestDoor, 'get'>, id: string): Promise<GenerationOutput> {
  for (;;) {
    const output = await door.get<GenerationOutput>(`/api/generations/${encodeURIComponent(id)}/status`, { wait: waitSeconds });
    if (output.status === 'failed') throw new GenerationFailedError(output);
    if (output.status === 'completed') return output;
  }
}
