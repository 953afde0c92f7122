import { estimateAll } from '@imagegen/core/estimate/estimate-all';
import type { EstimateOutput } from '@imagegen/core/estimate/estimate-output';
import type { GenerationInput } from '@imagegen/core/generation/input';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import type { Door } from './door.ts';
import { prepareMapping } from './plan-generation.ts';

/** Price, time and fidelity of a picture at every engine, and whether it is up, before anything is paid. */
export async function estimateGeneration(
  context: Pick<GatewayContext, 'config' | 'loras' | 'vault' | 'health'>,
  { principal, input, door }: { principal: Principal; input: GenerationInput; door: Door },
): Promise<EstimateOutput> {
  const { settings, mapping } = await prepareMapping(context, { userId: principal.userId, input, door });
  return estimateAll({ settings, context: mapping, health: context.health.forNew });
}
