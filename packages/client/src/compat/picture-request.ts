export type LoRAChoice = number | string | { id: number | string; weight?: number };

/** How a companion makes its pictures. LoRAs by id, slug or name. */
export type GenerationDefaults = {
  cfg_scale?: number;
  steps?: number;
  /** "WxH" */
  dimensions?: string;
  sampler?: string;
  /** −1 draws one. */
  seed?: number;
  loras?: readonly LoRAChoice[];
  negative_prompt?: string;
  style_preset?: string;
};

/** What is read of a companion. */
export type Companion = { generationDefaults?: GenerationDefaults };

/** A style by its name, or with settings of its own. */
export type Style = string | { id: string; settings?: GenerationDefaults };

export type PictureType = 'text-to-image' | 'image-to-image' | 'variation' | 'upscale';

export type CompanionPicture = [
  prompt: string,
  type: PictureType,
  companion?: Companion | null,
  sourceImage?: string | null,
  style?: Style,
];

/** A picture without a companion; `image` (https or data URL) makes it a picture out of a picture. */
export type PictureParams = GenerationDefaults & { prompt: string; width?: number; height?: number; image?: string; strength?: number };

export type PictureRequest = { path: '/api:f0PVlTz_/smart_generate' | '/api:f0PVlTz_/image_to_image'; body: { prompt: string } };

/**
 * A companion's picture as the request for it. A style given here wins over what the companion asks for: its own settings where it has
 * any, else those the gateway knows by its name.
 */
export function companionRequest(...[prompt, type, companion, sourceImage, style]: CompanionPicture): PictureRequest {
  if (type === 'upscale') throw new Error('The gateway makes pictures; it does not enlarge them.');
  const defaults = companion?.generationDefaults ?? {};
  const settings = { ...defaults, ...(style !== undefined && styled(style)) };
  if (type === 'text-to-image') return pictureRequest({ ...settings, prompt });
  if (!sourceImage) throw new Error(`A picture is needed for ${type}.`);
  return pictureRequest({ ...settings, prompt, image: sourceImage });
}

/** What is left out is chosen by the gateway. */
export function pictureRequest(params: PictureParams): PictureRequest {
  return { path: params.image ? '/api:f0PVlTz_/image_to_image' : '/api:f0PVlTz_/smart_generate', body: params };
}

/** Numbers that are absent do not hide what the gateway knows by the style's name. */
function styled(style: Style): GenerationDefaults {
  const { id, settings } = typeof style === 'string' ? { id: style } : style;
  return settings && Object.keys(settings).length > 0
    ? { style_preset: id, ...settings }
    : { style_preset: id, steps: undefined, cfg_scale: undefined };
}
