import { awaitGeneration } from './await-generation.ts';
import { listLoras } from './list-loras.ts';
import type { LoRAFilters, LoRAModel } from './lora-model.ts';
import { type CompanionPicture, companionRequest, type PictureParams, pictureRequest } from './picture-request.ts';
import { openRestDoor, type RestDoorOptions } from './rest-door.ts';
import { imageServiceAt } from './xano-image-service.ts';

/** `error` is text, to be shown as it is. */
export type GenerationStatus = { id: string; status: 'queued' | 'processing' | 'completed' | 'failed'; image_url?: string; error?: string };

type GenerateImage = {
  /** Resolves to the pictures' addresses. Throws GenerationFailedError. */
  (...picture: CompanionPicture): Promise<string[]>;
  /** Resolves once the generation is stored; `getGenerationStatus` tells its picture. */
  (params: PictureParams): Promise<{ request_id: string }>;
};

export type CompatClient = {
  /** All LoRAs, or those that fit; by name. */
  fetchLoRAModels: (filters?: LoRAFilters) => Promise<LoRAModel[]>;
  /** LoRAs with the words in name, description or tags; an empty term finds all. */
  searchLoRAModels: (term: string, category?: string) => Promise<LoRAModel[]>;
  generateImage: GenerateImage;
  getGenerationStatus: (requestId: string) => Promise<GenerationStatus>;
  XanoImageService: ReturnType<typeof imageServiceAt>;
};

/**
 * The functions that ChatEnhanced's front ends import from their own services, under the same names and with the same shapes. Each stands
 * alone and can be taken out of the object. What fails is an Error whose message can be shown.
 */
export function createCompatClient(options: RestDoorOptions): CompatClient {
  const door = openRestDoor(options);

  function generateImage(...picture: CompanionPicture): Promise<string[]>;
  function generateImage(params: PictureParams): Promise<{ request_id: string }>;
  async function generateImage(...given: CompanionPicture | [PictureParams]): Promise<string[] | { request_id: string }> {
    const isStart = given.length === 1;
    const { path, body } = isStart ? pictureRequest(given[0]) : companionRequest(...given);
    const { request_id } = await door.post<{ request_id: string }>(path, body);
    if (isStart) return { request_id };
    const { images } = await awaitGeneration(door, request_id);
    return images.map(({ url }) => url);
  }

  return {
    fetchLoRAModels: (filters = {}) => listLoras(door, filters),
    searchLoRAModels: (search, category = '') => listLoras(door, { search, category }),
    generateImage,
    getGenerationStatus: (requestId) => door.get(`/api:f0PVlTz_/requests/${encodeURIComponent(requestId)}`),
    XanoImageService: imageServiceAt(door),
  };
}
