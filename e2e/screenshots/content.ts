import type { GenerationInput } from '@imagegen/client/procedure-types';

/** Pictures that the screenshots show: always the same ones, since a seed makes a picture again. */
export const content: readonly GenerationInput[] = [
  { prompt: 'A harbour in fog, early morning', engine: 'flux-standard', seed: 11 },
  { prompt: 'Mountains at sunrise, wide angle', engine: 'flux-advanced', seed: 12, width: 1024, height: 576 },
  { prompt: 'A red bicycle by a white wall', engine: 'replicate', seed: 13 },
  { prompt: 'A teapot on a wooden table', engine: 'flux-standard', seed: 14 },
  { prompt: 'Paper boats on a pond', engine: 'flux-advanced', seed: 15, loras: [{ id: 309, weight: 1.1 }] },
  { prompt: 'A greenhouse full of ferns', engine: 'replicate', seed: 16 },
  { prompt: 'City roofs after rain', engine: 'flux-juggernaut', seed: 17, width: 1024, height: 768 },
  { prompt: 'A lighthouse on a cliff', engine: 'flux-standard', seed: 18, width: 576, height: 1024 },
  { prompt: 'A market stall with oranges', engine: 'replicate', seed: 19 },
  { prompt: 'A reading room at night', engine: 'flux-juggernaut', seed: 20 },
  { prompt: 'Snow on a quiet street', engine: 'flux-standard', seed: 21 },
  { prompt: 'A kite over the dunes', engine: 'flux-standard', seed: 22 },
];

export const lastPrompt = 'A lighthouse at dusk, long exposure, calm sea';
export const lastSeed = 42;
