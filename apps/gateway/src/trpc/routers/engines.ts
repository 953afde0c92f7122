import { presentEngines } from '../../engines/present-engines.ts';
import { adminProcedure, router } from '../init.ts';

/** How every engine is, and the processes of the services behind them. */
export const adminEnginesRouter = router({
  list: adminProcedure.query(({ ctx }) => presentEngines(ctx)),
});
