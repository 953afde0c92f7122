/** On what terms generations are accepted. */
export type CreditTerms = {
  /** A hold needs a balance; else it is drawn from the operator's grants. */
  metered: boolean;
  /** Micro-credits a day of UTC, open holds included; null: no cap. */
  dailyCapPerUserMicros: number | null;
  dailyCapPerProviderMicros: number | null;
};

export const unlimitedCredits: CreditTerms = { metered: false, dailyCapPerUserMicros: null, dailyCapPerProviderMicros: null };
