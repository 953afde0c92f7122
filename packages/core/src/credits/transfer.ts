/**
 * What a row of the ledger stands for. Every row moves one amount from the account it debits to the account it credits.
 *
 * | kind | from | to |
 * |---|---|---|
 * | grant | `grants` | `user:<id>` |
 * | hold | `user:<id>`, or `grants` where credits are unlimited | `hold:<id>` or `grant_hold:<id>` |
 * | settle | what held it | `revenue` |
 * | release | what held it | where it was held from |
 * | overrun | `overrun`, the operator's loss | `revenue` |
 * | cost | `provider_cost` | `provider:<name>` |
 * | suspense | `provider_suspense` | `provider:<name>` |
 * | suspense_reversal | `provider:<name>` | `provider_suspense` |
 */
export const transferKinds = ['grant', 'hold', 'settle', 'release', 'overrun', 'cost', 'suspense', 'suspense_reversal'] as const;
export type TransferKind = (typeof transferKinds)[number];
