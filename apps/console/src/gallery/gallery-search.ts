import { type EngineId, engineIds } from '@imagegen/core/engines/engine';
import { type GenerationStatus, generationStatuses } from '@imagegen/core/generation/status';

/** What the gallery's address says: its filters, the picture that is open, and the two that are compared. */
export type GallerySearch = {
  search?: string;
  engine?: EngineId;
  status?: GenerationStatus;
  favorite?: true;
  open?: string;
  compare?: string[];
};

const mostCompared = 2;

/** Leaves out whatever an address says that means nothing. */
export function readGallerySearch(given: Record<string, unknown>): GallerySearch {
  const { search, open } = given;
  const engine = engineIds.find((id) => id === given.engine);
  const status = generationStatuses.find((word) => word === given.status);
  const compare = Array.isArray(given.compare) ? given.compare.filter((id) => typeof id === 'string').slice(0, mostCompared) : [];
  return {
    ...(typeof search === 'string' && search && { search }),
    ...(engine && { engine }),
    ...(status && { status }),
    ...(given.favorite === true && { favorite: true as const }),
    ...(typeof open === 'string' && open && { open }),
    ...(compare.length > 0 && { compare }),
  };
}

/** Puts a picture beside the others, or takes it away; of more than two the oldest goes. */
export function toggleCompared(compared: readonly string[], id: string): string[] {
  return compared.includes(id) ? compared.filter((each) => each !== id) : [...compared, id].slice(-mostCompared);
}
