import { createHash } from 'node:crypto';
import { glyphSize, isInked, toPrintable, wrapWords } from './glyphs.ts';
import type { PictureSpec } from './picture.ts';

/** Dots of the longer side: enough for words, few enough to paint in milliseconds. The picture is this raster, scaled up. */
const finestRaster = 256;
const advance = glyphSize.width + 1;
const lineHeight = glyphSize.height + 2;

export type Raster = { readonly width: number; readonly height: number; readonly channels: 3 | 4; readonly data: Buffer };

type Colour = readonly [number, number, number];

/** Paints waves and discs in colours drawn from the spec, then the prompt's words on a dark band. A pure function of the spec. */
export function paintRaster(spec: PictureSpec): Raster {
  const scale = Math.min(
    1,
    (spec.coarseness === undefined ? finestRaster : finestRaster >> spec.coarseness) / Math.max(spec.width, spec.height),
  );
  const width = Math.max(1, Math.round(spec.width * scale));
  const height = Math.max(1, Math.round(spec.height * scale));
  const channels = spec.transparent ? 4 : 3;
  const raster = { width, height, channels, data: Buffer.alloc(width * height * channels) } as const;
  if (spec.black) return raster;
  const random = randomOf(spec);
  paintWaves(raster, random);
  for (let disc = 0; disc < 7; disc += 1) paintDisc(raster, random);
  paintWords(raster, spec);
  return raster;
}

/** Numbers in [0, 1) drawn from a SHA-256 of the spec (mulberry32). */
function randomOf({ model, prompt, seed, index, loras, reference, width, height }: PictureSpec): () => number {
  const identity = JSON.stringify([model, prompt, seed, index, loras, reference, width, height]);
  let state = createHash('sha256').update(identity).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function drawColour(random: () => number): Colour {
  const hue = random() * 2 * Math.PI;
  const light = 110 + random() * 70;
  return [0, 2.1, 4.2].map((shift) => light + 75 * Math.cos(hue + shift)) as unknown as Colour;
}

function paintWaves({ width, height, channels, data }: Raster, random: () => number): void {
  const from = drawColour(random);
  const to = drawColour(random);
  const angle = random() * Math.PI;
  const [across, down] = [Math.cos(angle) / width, Math.sin(angle) / height];
  const [ripple, phase] = [2 + random() * 9, random() * 6];
  const sines = Float64Array.from({ length: width }, (_, x) => Math.sin(((x / width) * ripple + phase) * 2));
  for (let y = 0, at = 0; y < height; y += 1) {
    const cosine = Math.cos((y / height) * ripple + phase);
    for (let x = 0; x < width; x += 1, at += channels) {
      const blend = 0.5 + 0.5 * Math.sin(3 * (x * across + y * down) + (sines[x] ?? 0) * cosine);
      for (let channel = 0; channel < 3; channel += 1) data[at + channel] = (from[channel] ?? 0) * (1 - blend) + (to[channel] ?? 0) * blend;
    }
  }
}

function paintDisc({ width, height, channels, data }: Raster, random: () => number): void {
  const colour = drawColour(random);
  const radius = (0.05 + random() * 0.2) * Math.min(width, height);
  const [centreX, centreY] = [random() * width, random() * height];
  for (let y = Math.max(0, Math.ceil(centreY - radius)); y < Math.min(height, centreY + radius); y += 1) {
    const reach = Math.sqrt(Math.max(0, radius ** 2 - (y - centreY) ** 2));
    for (let x = Math.max(0, Math.ceil(centreX - reach)); x < Math.min(width, centreX + reach); x += 1) {
      const at = (y * width + x) * channels;
      for (let channel = 0; channel < 3; channel += 1) data[at + channel] = ((data[at + channel] ?? 0) + 2 * (colour[channel] ?? 0)) / 3;
      if (channels === 4) data[at + 3] = 255;
    }
  }
}

/** Words at double size when the prompt is short enough, at single size otherwise; below them, what else made the picture. */
function paintWords(raster: Raster, spec: PictureSpec): void {
  const text = toPrintable(spec.prompt);
  const columnsAt = (size: number) => Math.max(1, Math.floor((raster.width - 4) / (advance * size)));
  const rowsAt = (size: number) => Math.max(0, Math.floor(raster.height / (lineHeight * size)) - 2);
  const doubled = wrapWords(text, columnsAt(2));
  const size = doubled.length <= rowsAt(2) / 2 ? 2 : 1;
  const lines = (size === 2 ? doubled : wrapWords(text, columnsAt(1))).slice(0, rowsAt(size));
  const top = raster.height - (lines.length * size + 1) * lineHeight - 4;
  if (top < 0 || lines.length === 0) return;
  shade(raster, top);
  lines.forEach((line, row) => {
    paintLine(raster, line, { left: 3, top: top + 3 + row * lineHeight * size, size });
  });
  const footer = toPrintable(`${spec.model.split('/').slice(1).join('/') || spec.model} ${spec.seed} #${spec.index}`);
  paintLine(raster, footer.slice(0, columnsAt(1)), { left: 3, top: raster.height - lineHeight, size: 1 });
}

function shade({ width, height, channels, data }: Raster, top: number): void {
  for (let at = top * width * channels; at < width * height * channels; at += channels) {
    for (let channel = 0; channel < 3; channel += 1) data[at + channel] = (data[at + channel] ?? 0) >> 2;
    if (channels === 4) data[at + 3] = 255;
  }
}

function paintLine({ width, height, channels, data }: Raster, line: string, place: { left: number; top: number; size: number }): void {
  [...line].forEach((character, column) => {
    for (let dotY = 0; dotY < glyphSize.height * place.size; dotY += 1) {
      for (let dotX = 0; dotX < glyphSize.width * place.size; dotX += 1) {
        if (!isInked(character, Math.floor(dotX / place.size), Math.floor(dotY / place.size))) continue;
        const [x, y] = [place.left + column * advance * place.size + dotX, place.top + dotY];
        if (x < width && y < height) data.fill(245, (y * width + x) * channels, (y * width + x) * channels + channels);
      }
    }
  });
}
