import type { CreditTerms } from '@imagegen/core/credits/terms';
import { usdToMicros } from '@imagegen/core/estimate/money';
import * as z from 'zod';

const dailyCap = () =>
  z.coerce
    .number('must be a number of credits')
    .min(0.000_001)
    .max(1_000_000_000)
    .optional()
    .transform((credits) => (credits === undefined ? null : usdToMicros(credits)));

/** What generations may cost, and who pays. Caps are credits a day of UTC. */
export const creditsEnv = {
  CREDITS: z.enum(['unlimited', 'metered']).default('unlimited'),
  DAILY_SPEND_CAP_PER_USER: dailyCap(),
  DAILY_SPEND_CAP_PER_PROVIDER: dailyCap(),
};

export function creditTerms(env: z.infer<z.ZodObject<typeof creditsEnv>>): CreditTerms {
  return {
    metered: env.CREDITS === 'metered',
    dailyCapPerUserMicros: env.DAILY_SPEND_CAP_PER_USER,
    dailyCapPerProviderMicros: env.DAILY_SPEND_CAP_PER_PROVIDER,
  };
}
