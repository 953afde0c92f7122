import type { Migration } from 'kysely/migration';
import * as identity from './20261120T190000-identity.ts';
import * as generations from './20261120T190100-generations.ts';
import * as library from './20261120T190200-library.ts';
import * as history from './20261120T194500-history.ts';
import * as keyScopes from './20261120T194500-key-scopes.ts';
import * as insight from './20261120T194600-insight.ts';
import * as limits from './20261120T194600-limits.ts';
import * as openDeadlines from './20261120T201000-open-deadlines.ts';
import * as lighterAccepts from './20261120T204500-lighter-accepts.ts';
import * as claimCount from './20261120T215700-claim-count.ts';
import * as credits from './20261120T215800-credits.ts';
import * as webhookReplays from './20261120T215800-webhook-replays.ts';
import * as coveringHistory from './20261120T220300-covering-history.ts';
import * as engineHealth from './20261120T220500-engine-health.ts';
import * as sweeping from './20261120T221000-sweeping.ts';
import * as usageMonths from './20261120T221000-usage-months.ts';
import * as outgoingWebhooks from './20261120T224400-outgoing-webhooks.ts';
import * as recentFailures from './20261120T225100-recent-failures.ts';

/** Every migration, imported statically so that a bundled service carries them. Forward only; names sort by time. */
export const migrations: Record<string, Migration> = {
  '20261120T190000-identity': identity,
  '20261120T190100-generations': generations,
  '20261120T190200-library': library,
  '20261120T194500-history': history,
  '20261120T194500-key-scopes': keyScopes,
  '20261120T194600-insight': insight,
  '20261120T194600-limits': limits,
  '20261120T201000-open-deadlines': openDeadlines,
  '20261120T204500-lighter-accepts': lighterAccepts,
  '20261120T215700-claim-count': claimCount,
  '20261120T215800-credits': credits,
  '20261120T215800-webhook-replays': webhookReplays,
  '20261120T220300-covering-history': coveringHistory,
  '20261120T220500-engine-health': engineHealth,
  '20261120T221000-sweeping': sweeping,
  '20261120T221000-usage-months': usageMonths,
  '20261120T224400-outgoing-webhooks': outgoingWebhooks,
  '20261120T225100-recent-failures': recentFailures,
};
