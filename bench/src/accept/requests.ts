import type { Request } from 'autocannon';

const keys = ['ig_dev_user1', 'ig_dev_user2', 'ig_dev_admin'];
const subjects = ['a lighthouse', 'two foxes', 'an old tram', 'a glass city', 'a mountain lake', 'a clockmaker', 'paper boats'];
const moods = [
  'at dawn',
  'in heavy rain',
  'under northern lights',
  'in the style of a woodcut',
  'seen from above',
  'in soft evening light',
];

/** The shapes that callers send: a plain wish, one with a LoRA, one with everything. They are routed to three different engines. */
const shapes: readonly Record<string, unknown>[] = [
  { priority: 'speed', width: 1024, height: 1024 },
  { priority: 'cost', loras: [{ id: 309, weight: 1.2 }], format: 'jpeg' },
  {
    priority: 'quality',
    negative_prompt: 'blurry, low quality, watermark',
    loras: [
      { id: 309, weight: 0.8 },
      { id: 310, weight: 0.5 },
    ],
    steps: 30,
    cfg_scale: 4.5,
    width: 1024,
    height: 768,
  },
];

/** As many different bodies, no two with the same prompt or seed, from three users in turn. */
export function generateRequests(path: string, count: number): Request[] {
  return Array.from({ length: count }, (_, index) => ({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${pick(keys, index)}` },
    body: JSON.stringify({
      prompt: `${pick(subjects, index)} ${pick(moods, Math.floor(index / subjects.length))}, variation ${index}`,
      seed: 1_000 + index,
      // Not in step with the keys, so that each user sends each shape.
      ...pick(shapes, Math.floor(index / keys.length)),
    }),
  }));
}

function pick<T>(choices: readonly T[], index: number): T {
  return choices[index % choices.length]!;
}
