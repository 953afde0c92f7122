import { engines } from '@imagegen/core/engines/catalogue';
import type { Engine } from '@imagegen/core/engines/engine';
import { actualCostMicros } from '@imagegen/core/estimate/actual-cost';
import { billedMegapixels } from '@imagegen/core/estimate/estimate';
import type { HttpAnswer } from '@imagegen/worker/provider-http';
import * as z from 'zod';

/**
 * What a result costs in micro-credits: its `x-fal-billable-units`, or, when fal leaves the header out, the megapixels of its pictures,
 * counted as they were estimated.
 */
export function falCostMicros(endpoint: string, { headers, json }: Pick<HttpAnswer, 'headers' | 'json'>): number {
  const header = headers['x-fal-billable-units'];
  const units = typeof header === 'string' && /^\d+(\.\d+)?$/.test(header) ? Number(header) : megapixelsOf(json);
  return actualCostMicros(engineOf(endpoint), { kind: 'fal-units', units });
}

/** The engine whose model the endpoint is, or a variant of: `fal-ai/flux-lora/image-to-image` is a `fal-ai/flux-lora`. */
function engineOf(endpoint: string): Engine {
  const engine = Object.values(engines).find(({ model }) => endpoint === model || endpoint.startsWith(`${model}/`));
  if (!engine) throw new Error(`no engine has a price for ${endpoint}`);
  return engine;
}

const pixels = z.number().positive().catch(1024);
const sizesSchema = z.object({ images: z.array(z.object({ width: pixels, height: pixels })) });

function megapixelsOf(json: unknown): number {
  const { images } = sizesSchema.parse(json);
  return images.reduce((sum, { width, height }) => sum + billedMegapixels(width, height), 0);
}
