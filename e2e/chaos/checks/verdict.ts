/** What became of one promise: how many cases were looked at, and a sentence for each that broke it. */
export type Verdict = { id: string; promise: string; checked: number; violations: string[]; notes: string[] };

export type Finding = Pick<Verdict, 'checked' | 'violations'> & { notes?: string[] };
