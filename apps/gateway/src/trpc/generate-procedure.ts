import type { EngineId } from '@imagegen/core/engines/engine';
import { generationInputSchema } from '@imagegen/core/generation/input';
import { canonicalDefaults } from '../config.ts';
import type { Door } from '../generations/door.ts';
import { submitGeneration } from '../generations/submit-generation.ts';
import { strict, userProcedure } from './init.ts';

export function trpcDoor(path: string, engine: EngineId | null): Door {
  return { api: 'trpc', route: `trpc/${path}`, defaults: canonicalDefaults, engine };
}

/** A mutation that accepts a generation; the engine is the procedure's own, or null where routing decides. */
export function generateProcedure(path: string, engine: EngineId | null) {
  const door = trpcDoor(path, engine);
  return userProcedure
    .input(strict(generationInputSchema))
    .mutation(({ ctx, input }) => submitGeneration(ctx, { principal: ctx.principal, input, door }));
}
