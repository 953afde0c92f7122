/** A LoRA as the catalogue in Postgres knows it; `url` is fetched by the provider, never by us. */
export type Lora = {
  id: number;
  slug: string;
  name: string;
  url: string;
  category: string;
  tags: string[];
  baseModel: string;
};
