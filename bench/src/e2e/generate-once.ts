import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { nowMs } from '../load/pace.ts';
import { awaitLastEvent, callerOf, fetchPicture, submit } from './gateway-calls.ts';
import { inputOf, type PictureInput } from './inputs.ts';

export type Generated = {
  generationId: string;
  /** Epoch milliseconds. */
  intendedAtMs: number;
  acceptedAtMs: number;
  visibleAtMs: number;
};

/** Every so many pictures are fetched through the link in their last event. */
const fetchedEach = 10;

/** Creates the caller's experience, again and again: from the moment a wish should be sent to the event that shows the picture. */
export function createGenerator({ gatewayUrl, vaultDir }: { gatewayUrl: string; vaultDir: string }) {
  const underWay = new Map<PictureInput, number>();
  const count = (input: PictureInput, change: number) => underWay.set(input, (underWay.get(input) ?? 0) + change).get(input);

  return async (index: number, intendedAtMs: number): Promise<Generated> => {
    const input = inputOf(index);
    count(input, 1);
    const caller = callerOf(gatewayUrl, index);
    const { generation_id: generationId } = await submit(caller, input);
    const acceptedAtMs = nowMs();
    const { images } = await awaitLastEvent(caller, generationId);
    const visibleAtMs = nowMs();
    if (index % fetchedEach === 0) await fetchPicture(images[0]!);
    // Another generation of the same picture may be about to show it.
    if (count(input, -1) === 0) await forget(vaultDir, images[0]!.sha256);
    return { generationId, intendedAtMs, acceptedAtMs, visibleAtMs };
  };
}

/** The vault keeps a picture once. Removed, the same picture is written and synced in full the next time, as a new one would be. */
async function forget(vaultDir: string, sha256: string): Promise<void> {
  for (const object of [sha256, `${sha256}.thumb`])
    await rm(join(vaultDir, sha256.slice(0, 2), sha256.slice(2, 4), object), { force: true });
}
