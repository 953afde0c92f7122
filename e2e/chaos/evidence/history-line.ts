/** What clients wrote down, one JSON line each, `at` in epoch milliseconds. `plan` is the number of the order a line belongs to. */
export type HistoryLine = OrderLine | CallLine | CancelLine | EventsLine | SeenLine | PictureLine | StrangerLine | ListingLine;

/** An order that a user is going to place: `mark` stands in its prompt and nowhere else. */
export type OrderLine = { kind: 'order'; at: number; plan: number; user: number; mark: string; route: string; key: string; images: number };

/** One POST. `lost`: no answer came, or the client did not wait for it. `otherBody`: the key was used for something else on purpose. */
export type CallLine = {
  kind: 'call';
  at: number;
  plan: number;
  user: number;
  key: string;
  otherBody: boolean;
  durationMs: number;
  status: number | 'lost';
  errorCode: string | null;
  hasRetryAfter: boolean;
  replayed: boolean;
  requestId: string | null;
  generationId: string | null;
  /** Of the answer's body. */
  bodySha256: string | null;
};

export type CancelLine = { kind: 'cancel'; at: number; plan: number; status: number | 'lost' };

/** What one subscriber heard over all its connections; `ended`: the last was a terminal event. */
export type EventsLine = { kind: 'events'; at: number; plan: number; seqs: number[]; types: string[]; connections: number; ended: boolean };

/** The output when it was first terminal, and once more when everything was quiet. */
export type SeenLine = {
  kind: 'seen';
  at: number;
  plan: number;
  when: 'first' | 'last';
  status: string;
  errorCode: string | null;
  credits: number;
  images: { sha256: string; width: number; height: number }[];
};

/** A picture that was served: `problem` says what is wrong with it. */
export type PictureLine = { kind: 'picture'; at: number; plan: number; expected: string; sha256: string; problem: string | null };

/** Another user asked for what is not theirs. */
export type StrangerLine = { kind: 'stranger'; at: number; plan: number; by: number; path: string; status: number; leaked: boolean };

/** The marks that stand in the history of one user. */
export type ListingLine = { kind: 'listing'; at: number; user: number; marks: string[] };
