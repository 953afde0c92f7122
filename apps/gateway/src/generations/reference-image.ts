import { validationError } from '@imagegen/core/validation/validate';
import { inspectImage, UnreadableImageError } from '@imagegen/vault/inspect-image';
import { vaultKey } from '@imagegen/vault/vault';
import type { GatewayContext } from '../context.ts';

/**
 * A picture sent as a data URL is fully decoded and put in the vault before anything is accepted; it travels as `vault:<sha256>`. An https
 * URL stays what it is. Throws VALIDATION_ERROR on a picture that cannot be used.
 */
export async function keepReferenceImage({ vault }: Pick<GatewayContext, 'vault'>, reference: string): Promise<string> {
  if (!reference.startsWith('data:')) return reference;
  const bytes = Buffer.from(reference.slice(reference.indexOf(',') + 1), 'base64');
  try {
    const { sha256, contentType } = await inspectImage(bytes);
    await vault.put(vaultKey(sha256), bytes, contentType);
    return `vault:${sha256}`;
  } catch (error) {
    if (!(error instanceof UnreadableImageError)) throw error;
    const message = `must be a whole png, jpeg or webp picture (${error.reason})`;
    throw validationError([{ path: 'reference_image', message }]);
  }
}
