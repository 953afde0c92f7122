import type { Price } from '../../engines/engine.ts';

/**
 * The community model behind the `replicate` engine for three LoRAs. It is called by version and billed by GPU time; which GPU runs it is
 * not published, so the dearer of the two likely ones is assumed.
 */
export const multiLora = {
  model: 'lucataco/flux-dev-multi-lora',
  maxLoras: 3,
  price: {
    unit: 'gpu-second',
    usd: 0.00115,
    source: 'replicate.com/pricing, Nvidia A100',
    asOf: '2026-11-20',
    assumed: true,
  } satisfies Price as Price,
  /** For one picture, without a cold start; an assumption. */
  gpuSecondsPerImage: 25,
} as const;
