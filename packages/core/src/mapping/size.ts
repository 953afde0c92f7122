import { openAiModel } from '../engines/openai-models.ts';
import { type ImageSizePreset, imageSizePresets } from '../generation/input.ts';

export type PixelSize = { width: number; height: number };

/** The nearest of fal's presets, by the rules of PRD 4.3. */
export function mapToFalSize(width: number, height: number): ImageSizePreset {
  const ratio = width / height;
  if (width === 1024 && height === 1024) return 'square_hd';
  if (width === 1024 && height === 768) return 'landscape_4_3';
  if (width === 768 && height === 1024) return 'portrait_4_3';
  if (Math.abs(ratio - 1) < 0.1) return 'square_hd';
  if (ratio > 1.4) return 'landscape_16_9';
  if (ratio > 1.2) return 'landscape_4_3';
  if (ratio < 0.7) return 'portrait_16_9';
  if (ratio < 0.9) return 'portrait_4_3';
  return 'square_hd';
}

/** What the FLUX endpoints take: a preset's name when it means exactly these pixels, else the pixels. */
export function exactFalSize({ width, height }: PixelSize): ImageSizePreset | PixelSize {
  const names = Object.keys(imageSizePresets) as ImageSizePreset[];
  const exact = names.find((name) => imageSizePresets[name].width === width && imageSizePresets[name].height === height);
  return exact ?? { width, height };
}

/** Pixels at one megapixel (replicate/cog-flux predict.py); "0.25" megapixels halves both. */
const aspectRatios = {
  '1:1': { width: 1024, height: 1024 },
  '16:9': { width: 1344, height: 768 },
  '21:9': { width: 1536, height: 640 },
  '3:2': { width: 1216, height: 832 },
  '2:3': { width: 832, height: 1216 },
  '4:5': { width: 896, height: 1088 },
  '5:4': { width: 1088, height: 896 },
  '3:4': { width: 896, height: 1152 },
  '4:3': { width: 1152, height: 896 },
  '9:16': { width: 768, height: 1344 },
  '9:21': { width: 640, height: 1536 },
} as const satisfies Record<string, PixelSize>;
export type AspectRatio = keyof typeof aspectRatios;

/** The nearest of Replicate's eleven ratios, compared as a photographer would: 2:1 is as far from 1:1 as 1:2 is. */
export function mapToAspectRatio(width: number, height: number): AspectRatio {
  const names = Object.keys(aspectRatios) as AspectRatio[];
  const distance = (name: AspectRatio) => {
    const [across = 1, down = 1] = name.split(':').map(Number);
    return Math.abs(Math.log((width / height) * (down / across)));
  };
  return names.reduce((best, name) => (distance(name) < distance(best) ? name : best));
}

export function aspectRatioPixels(ratio: AspectRatio, megapixels: '1' | '0.25'): PixelSize {
  const { width, height } = aspectRatios[ratio];
  return megapixels === '1' ? { width, height } : { width: width / 2, height: height / 2 };
}

const oldSizes: readonly [PixelSize, ...PixelSize[]] = [
  { width: 1024, height: 1024 },
  { width: 1536, height: 1024 },
  { width: 1024, height: 1536 },
];
const free = { multiple: 16, maxRatio: 3, minArea: 655_360, maxArea: 8_294_400, maxLong: 3840, maxShort: 2160 };

/**
 * The nearest size the model makes. gpt-image-2 and later: multiples of 16, 1:3 to 3:1, 655,360 to 8,294,400 pixels, at most 3840×2160
 * (openai SDK 7.55.0). Earlier ones: three sizes.
 */
export function mapToOpenAiSize(model: string, width: number, height: number): PixelSize {
  if (openAiModel(model).sizes === 'three') {
    const distance = (size: PixelSize) => Math.abs(Math.log((width / height) * (size.height / size.width)));
    return oldSizes.reduce((best, size) => (distance(size) < distance(best) ? size : best));
  }
  const ratio = Math.min(free.maxRatio, Math.max(width, height) / Math.min(width, height));
  const area = Math.min(free.maxArea, Math.max(free.minArea, width * height));
  const exact = { short: Math.sqrt(area / ratio), long: Math.sqrt(area * ratio) };
  let short = Math.min(free.maxShort, nearestMultiple(exact.short));
  let long = Math.min(free.maxLong, nearestMultiple(exact.long));
  while (short * long < free.minArea && long < exact.long) long += free.multiple;
  while (short * long < free.minArea || long > short * free.maxRatio) short += free.multiple;
  while (short * long > free.maxArea) long -= free.multiple;
  return width >= height
    ? { width: Math.max(long, short), height: Math.min(long, short) }
    : { width: Math.min(long, short), height: Math.max(long, short) };
}

function nearestMultiple(value: number): number {
  return Math.round(value / free.multiple) * free.multiple;
}
