import { generateProcedure } from '../generate-procedure.ts';
import { router } from '../init.ts';

export const fluxRouter = router({
  standard: generateProcedure('flux.standard', 'flux-standard'),
  advanced: generateProcedure('flux.advanced', 'flux-advanced'),
  juggernaut: generateProcedure('flux.juggernaut', 'flux-juggernaut'),
});
