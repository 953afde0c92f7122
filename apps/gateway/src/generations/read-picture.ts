import { buffer } from 'node:stream/consumers';
import { AppError } from '@imagegen/core/errors/app-error';
import { vaultKey } from '@imagegen/vault/vault';
import type { GatewayContext } from '../context.ts';

/** The bytes of a picture, for doors that answer with them. Throws NOT_FOUND when it is kept no more. */
export async function readPicture({ vault }: Pick<GatewayContext, 'vault'>, sha256: string): Promise<Buffer> {
  const found = await vault.open(vaultKey(sha256));
  if (!found) throw new AppError('NOT_FOUND', 'The picture is kept no more.');
  return buffer(found.stream);
}
