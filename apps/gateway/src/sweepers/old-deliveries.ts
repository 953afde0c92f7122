import { pruneDeliveries } from '@imagegen/db/queries/webhook-deliveries';
import type { Sweeper } from './sweeper.ts';

/** Ten times as long as the retries go on. */
const keptDays = 30;
const perRound = 5_000;

/** Webhooks of long ago, delivered or not. */
export const pruneOldDeliveries: Sweeper['sweep'] = ({ db }) => pruneDeliveries(db, { keptDays, limit: perRound });
