import { type LoRAFilters, type LoRAModel, type ToldLora, toLoRAModel } from './lora-model.ts';
import type { RestDoor } from './rest-door.ts';

/** The most the gateway answers at once. */
const pageSize = 100;

/** All LoRAs that fit, name ascending, however many pages they take. */
export async function listLoras(door: Pick<RestDoor, 'get'>, { tags = [], ...filters }: LoRAFilters): Promise<LoRAModel[]> {
  const found: ToldLora[] = [];
  for (let page = 1; ; page += 1) {
    const query = { ...filters, tags: tags.join(','), limit: String(pageSize), page: String(page) };
    const { loras, total } = await door.get<{ loras: ToldLora[]; total: number }>('/api:f0PVlTz_/loras', query);
    found.push(...loras);
    if (loras.length === 0 || found.length >= total) return found.map(toLoRAModel);
  }
}
