/** The picture formats that are kept and served; everything else, SVG and HTML above all, is refused. */
export type ImageContentType = 'image/png' | 'image/jpeg' | 'image/webp';

/** How many leading bytes `detectContentType` needs to see. */
export const signatureBytes = 12;

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const jpegSignature = Buffer.from([0xff, 0xd8, 0xff]);

/**
 * Names the format by its first bytes, or null when it is none of ours. Signatures: PNG specification §5.2, JPEG's SOI marker
 * (ITU T.81 B.1.1.3), WebP's RIFF header (RFC 9649 §2.4).
 */
export function detectContentType(bytes: Uint8Array): ImageContentType | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, signatureBytes));
  if (head.subarray(0, 8).equals(pngSignature)) return 'image/png';
  if (head.subarray(0, 3).equals(jpegSignature)) return 'image/jpeg';
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  return null;
}
