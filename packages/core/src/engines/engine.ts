/** The companies. Each is one service, one name in NATS subjects. */
export const providers = ['fal', 'replicate', 'openai'] as const;
export type Provider = (typeof providers)[number];

export const engineIds = ['flux-standard', 'flux-advanced', 'flux-juggernaut', 'replicate', 'openai', 'openai-edit'] as const;
export type EngineId = (typeof engineIds)[number];

/** How REST answers spell `provider` (PRD 4.2). */
export type ProviderLabel = 'fal-standard' | 'fal-advanced' | 'fal-juggernaut' | 'replicate' | 'openai' | 'openai-edit';

export const imageFormats = ['jpeg', 'png', 'webp'] as const;
export type ImageFormat = (typeof imageFormats)[number];

export type Range = { min: number; max: number };

export type Capabilities = {
  /** `native`: the engine has a real seed field. `none`: the same seed makes another picture. */
  seed: 'native' | 'prompt' | 'none';
  /** `prompt`: appended as `[not: …]`, an approximation. */
  negativePrompt: 'native' | 'prompt' | 'none';
  /** `half-capped`: weight 0–2 becomes min(weight × 0.5, 1) (PRD 4.2). `raw`: sent as it is. */
  loras: { max: number; scale: 'half-capped' | 'raw' };
  /** `exact`: any pixels. `ratio`: the nearest of a list of aspect ratios. `sizes`: depends on the configured model. */
  size: 'exact' | 'ratio' | 'sizes';
  steps: Range | null;
  cfgScale: Range | null;
  imagesPerCall: number;
  /** What the engine can make; other formats are transcoded by us. */
  formats: readonly ImageFormat[];
  /** Whether the engine takes a compression quality. */
  quality: boolean;
  samplers: Readonly<Record<string, string>> | null;
  referenceImage: 'none' | 'optional' | 'required';
  /** Whether `strength` means something beside a reference image. */
  strength: boolean;
};

/** One published price. `assumed` marks one without a published source: shown as such, never silently zero. */
export type Price = {
  /** `openai-tokens`: `usd` is for one million tokens of picture output. The other units: `usd` is for one of them. */
  unit: 'megapixel' | 'image' | 'gpu-second' | 'openai-tokens';
  usd: number;
  source: string;
  asOf: string;
  assumed?: true;
};

export type Engine = {
  id: EngineId;
  provider: Provider;
  label: ProviderLabel;
  /** The provider's name of the model. */
  model: string;
  title: string;
  capabilities: Capabilities;
  /** Used when neither caller nor door says otherwise, whatever the door's defaults are. */
  defaults?: { steps: number; cfgScale: number };
  price: Price;
  /** Seconds for one typical picture, for estimates and `estimated_time`. */
  typicalTimeSeconds: number;
  /** 1–10, an editorial judgement. */
  qualityScore: number;
  limitations: readonly string[];
};
