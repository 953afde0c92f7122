import type { Executor } from '@imagegen/db/open-database';
import { ensureUser } from '@imagegen/db/queries/identity';

const cachedUsers = 50_000;

/** The numeric ids behind subjects, made on first sight. An id never changes, so it is remembered. */
export class KnownUsers {
  readonly #db: Executor;
  readonly #ids = new Map<string, Promise<number>>();

  constructor(db: Executor) {
    this.#db = db;
  }

  idOf(subject: string): Promise<number> {
    const known = this.#ids.get(subject);
    if (known) return known;
    if (this.#ids.size >= cachedUsers) this.#ids.clear();
    const id = ensureUser(this.#db, { subject }).then((user) => user.id);
    this.#ids.set(subject, id);
    id.catch(() => this.#ids.delete(subject));
    return id;
  }
}
