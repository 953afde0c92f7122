import type { ImageFormat } from '../engines/engine.ts';
import type { Adjustment } from '../generation/adjustment.ts';

/** One paid call: what is sent to the provider. Strings of the form `vault:<sha256>` in `body` stand for a picture in the vault. */
export type ProviderCall = {
  /** fal: endpoint id. Replicate: `owner/name`, or `version:<hash>` for a community model. OpenAI: `images/generations` or `images/edits`. */
  endpoint: string;
  /**
   * The JSON body as the provider gets it; what depends on the moment of sending (webhook) is added by the sender.
   * fal: the model's input. Replicate: `{ input }`, or `{ version, input }` for `POST /predictions`. OpenAI: the request.
   */
  body: Record<string, unknown>;
  images: number;
  /** The seed in `body`, or null when the engine has none. */
  seed: number | null;
};

/** Everything a worker needs to make the pictures of one generation, decided when it was accepted and stored with it. */
export type ProviderPlan = {
  calls: ProviderCall[];
  /** What the engine really gets; null when it has no such parameter. */
  actual: { steps: number | null; cfg_scale: number | null; width: number; height: number };
  /** Set when the engine cannot make the asked format and we transcode. */
  transcode: { format: ImageFormat; quality: number } | null;
};

export type MappedRequest = { plan: ProviderPlan; adjustments: Adjustment[] };
