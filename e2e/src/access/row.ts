import type { HttpDoor } from '../http-door.ts';
import type { CallAnswer } from './call.ts';

/** What belongs to somebody. */
export const kinds = ['generation', 'preset', 'key', 'image', 'endpoint', 'delivery'] as const;
export type Kind = (typeof kinds)[number];

/** One line of the matrix: a route or a procedure, what its id names, and who may. */
export type Row = {
  /** `GET /api/…` as the document spells it, or the name of a procedure. */
  name: string;
  who: 'everybody' | 'users' | 'admins';
  /** Absent: it takes no id. */
  of?: Kind;
  /** The status for whoever may. */
  own: number;
  /** The thing is gone or spent afterwards. */
  takesAway?: true;
  /** The status for its owner after it was deleted, when it is not 404. */
  deleted?: number;
  malformed?: number;
  /** A malformed id is refused before anybody is asked for. */
  malformedFirst?: true;
  call(door: HttpDoor, id: string): Promise<CallAnswer>;
};

/** No id of any kind. */
export const malformedIds: Readonly<Record<Kind, string>> = {
  generation: 'x'.repeat(65),
  preset: 'abc',
  key: 'x'.repeat(65),
  image: 'no-picture',
  endpoint: 'x'.repeat(65),
  delivery: 'x'.repeat(65),
};
