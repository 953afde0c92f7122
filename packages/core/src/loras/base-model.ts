import { engines } from '../engines/catalogue.ts';
import { type EngineId, engineIds } from '../engines/engine.ts';
import type { Lora } from './lora.ts';

/** What callers call a model when they ask what fits it, beside engine ids, labels and the base models themselves. */
const names: Readonly<Record<string, EngineId>> = {
  juggernaut: 'flux-juggernaut',
  'flux-general': 'flux-advanced',
  'flux-lora': 'flux-standard',
  'gpt-image': 'openai',
};
/** All engines that take LoRAs run FLUX.1 [dev]. */
const baseModelOfEngines = 'flux-dev';

export type Model = { name: string; baseModel: string | null; maxLoras: number | null };

/** What a name stands for: an engine with its limit, or just a base model. `auto` and nothing stand for any. */
export function modelNamed(name: string | undefined): Model | null {
  const asked = name?.trim().toLowerCase() ?? '';
  if (asked === '' || asked === 'auto') return null;
  const id =
    engineIds.find((engine) => engine === asked || engines[engine].label === asked) ??
    (Object.hasOwn(names, asked) ? names[asked] : undefined);
  if (id === undefined) return { name: asked, baseModel: asked, maxLoras: null };
  const { max } = engines[id].capabilities.loras;
  return { name: id, baseModel: max > 0 ? baseModelOfEngines : null, maxLoras: max };
}

export function fitsModel({ baseModel }: Pick<Lora, 'baseModel'>, name: string): boolean {
  const model = modelNamed(name);
  return model === null || model.baseModel === baseModel.toLowerCase();
}
