import sharp from 'sharp';

type PictureFormat = 'png' | 'jpeg' | 'webp';

/** A picture with noise in it, so that its coded size grows with its pixels. */
export function picture(format: PictureFormat, width: number, height = width): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  return sharp({ create: { width, height, channels: 3, background: 'grey', noise } })
    .toFormat(format)
    .toBuffer();
}
