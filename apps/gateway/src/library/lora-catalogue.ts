import { AppError } from '@imagegen/core/errors/app-error';
import type { GenerationSettings } from '@imagegen/core/generation/settings';
import type { Lora } from '@imagegen/core/loras/lora';
import type { ResolvedLora } from '@imagegen/core/mapping/mapping-context';
import type { Executor } from '@imagegen/db/open-database';
import { listLoras } from '@imagegen/db/queries/loras';

const cacheMs = 5_000;
const listedIds = 20;

/** The LoRAs, read at most every five seconds: each accept looks some up. */
export class LoraCatalogue {
  readonly #db: Executor;
  #reading: Promise<Lora[]> | undefined;
  #until = 0;

  constructor(db: Executor) {
    this.#db = db;
  }

  /** Name ascending. */
  all(): Promise<Lora[]> {
    if (!this.#reading || Date.now() > this.#until) {
      this.#until = Date.now() + cacheMs;
      this.#reading = listLoras(this.#db);
      this.#reading.catch(() => {
        this.#reading = undefined;
      });
    }
    return this.#reading;
  }

  /** The files behind the asked LoRAs, in their order. Throws INVALID_LORA naming the unknown ids and up to twenty known ones. */
  async resolve(asked: GenerationSettings['loras'] = []): Promise<ResolvedLora[]> {
    if (asked.length === 0) return [];
    const known = new Map((await this.all()).map((lora) => [lora.id, lora]));
    const invalidIds = asked.filter(({ id }) => !known.has(id)).map(({ id }) => id);
    if (invalidIds.length > 0) {
      const validIds = [...known.keys()].sort((a, b) => a - b).slice(0, listedIds);
      throw new AppError('INVALID_LORA', `Unknown LoRA id${invalidIds.length > 1 ? 's' : ''}: ${invalidIds.join(', ')}.`, {
        details: { invalid_ids: invalidIds, valid_ids: validIds },
      });
    }
    return asked.flatMap(({ id, weight }) => {
      const lora = known.get(id);
      return lora ? [{ url: lora.url, weight }] : [];
    });
  }
}
