export type PictureInput = { prompt: string; seed: number; width: number; height: number; format: 'jpeg' };

const differentPictures = 48;

/**
 * A few dozen 1024² JPEGs, asked for again and again: the simulator paints each once and from then on answers from memory.
 * flux-standard makes JPEGs itself, so nothing is transcoded.
 */
export const inputs: readonly PictureInput[] = Array.from({ length: differentPictures }, (_, index) => ({
  prompt: `a harbour town in evening light, view ${index}`,
  seed: 7_000 + index,
  width: 1024,
  height: 1024,
  format: 'jpeg',
}));

export function inputOf(index: number): PictureInput {
  return inputs[index % inputs.length]!;
}
