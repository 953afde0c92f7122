import { createHash } from 'node:crypto';
import { GatewayError } from '@imagegen/client/gateway-error';
import { retry } from '@imagegen/client/retry';

/** The bytes of a picture, which are those the gateway spoke of: their hash is checked. Throws GatewayError. */
export function fetchPicture(
  image: { url: string; sha256: string },
  patience: { patienceMs: number; signal: AbortSignal },
): Promise<Uint8Array> {
  return retry(async (signal) => {
    const bytes = await download(image.url, signal);
    if (createHash('sha256').update(bytes).digest('hex') !== image.sha256) {
      throw new GatewayError('UNREACHABLE', 'The picture arrived damaged: its SHA-256 is not the announced one');
    }
    return bytes;
  }, patience);
}

async function download(url: string, signal: AbortSignal): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
    if (response.ok) return await response.bytes();
  } catch (cause) {
    throw new GatewayError('UNREACHABLE', 'The picture cannot be downloaded', { cause });
  }
  const code = response.status < 500 ? 'NOT_FOUND' : 'SERVICE_UNAVAILABLE';
  throw new GatewayError(code, `The picture cannot be downloaded (HTTP ${response.status})`, { response });
}
