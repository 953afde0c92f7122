import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { nowMs } from '../load/pace.ts';
import { awaitLastEvent, callerOf, fetchPicture, submit } from './gateway-calls.ts';
import { inputOf } from './inputs.ts';

export type Generated = {
  generationId: string;
  /** Epoch milliseconds. */
  intendedAtMs: number;
  acceptedAtMs: number;
  visibleAtMs: number;
};

/** Every so many pictures are fetched through the link in their last event. */
const fetchedEach = 10;

/** From the moment it should be sent to the event that shows the picture, as a caller lives through it. */
export async function generateOnce(
  system: { gatewayUrl: string; vaultDir: string },
  index: number,
  intendedAtMs: number,
): Promise<Generated> {
  const caller = callerOf(system.gatewayUrl, index);
  const { generation_id: generationId } = await submit(caller, inputOf(index));
  const acceptedAtMs = nowMs();
  const { images } = await awaitLastEvent(caller, generationId);
  const visibleAtMs = nowMs();
  if (index % fetchedEach === 0) await fetchPicture(images[0]!);
  await forget(system.vaultDir, images[0]!.sha256);
  return { generationId, intendedAtMs, acceptedAtMs, visibleAtMs };
}

/** The vault keeps a picture once. Removed, the same picture is written and synced in full the next time, as a new one would be. */
async function forget(vaultDir: string, sha256: string): Promise<void> {
  for (const object of [sha256, `${sha256}.thumb`])
    await rm(join(vaultDir, sha256.slice(0, 2), sha256.slice(2, 4), object), { force: true });
}
