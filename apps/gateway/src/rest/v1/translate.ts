import type { Adjustment } from '@imagegen/core/generation/adjustment';
import { limits } from '@imagegen/core/generation/input';
import type { Accepted, GenerationOutput } from '@imagegen/core/generation/output';
import type { Lora } from '@imagegen/core/loras/lora';
import { approximated, dropped } from '../ignored-fields.ts';
import { isAbsent, toNumber } from '../legacy/loose-fields.ts';
import type { LoraReference } from '../legacy/lora-references.ts';
import { presentFields, translateLoose } from '../legacy/translate-loose.ts';
import type { Translated } from '../translated.ts';
import type { V1Endpoint } from './endpoints.ts';

type Fields = Record<string, unknown>;
type Rewritten = { fields: Fields; loras: LoraReference[]; adjustments: Adjustment[] };

/** A body of one of the old endpoints as canonical input. Throws what `translateLoose` throws. */
export function translateBody(body: unknown, endpoint: V1Endpoint, catalogue: readonly Lora[]): Translated {
  const present = presentFields(body);
  const { fields, loras, adjustments } = endpoint.namesLoras ? readNames(present) : endpoint.isChat ? readChat(present) : plain(present);
  const translated = translateLoose({ ...fillFor(fields, endpoint), ...fields }, { catalogue, loras });
  return { ...translated, adjustments: [...adjustments, ...translated.adjustments] };
}

function plain(fields: Fields): Rewritten {
  return { fields, loras: [], adjustments: [] };
}

/** Its own defaults where the caller says nothing, by whichever name. */
function fillFor(fields: Fields, { fill = {} }: V1Endpoint): Fields {
  const asked = (...names: string[]) => names.some((name) => name in fields);
  return Object.fromEntries(
    Object.entries(fill).filter(([name]) => {
      if (name === 'image_size') return !asked('width', 'height', 'dimensions', 'size');
      if (name === 'steps') return !asked('num_inference_steps');
      return !asked('cfg', 'guidance_scale');
    }),
  );
}

/** `model_name` is the LoRA, `modifier_name` a second one; `modifier_scale` is the modifier's, or the model's when there is no modifier. */
function readNames({ model_name: model, modifier_name: modifier, modifier_scale: scale, ...fields }: Fields): Rewritten {
  const names = [model, modifier].filter((name) => !isAbsent(name));
  if (scale === undefined) return { fields, loras: names.map((name) => ({ name })), adjustments: [] };
  if (names.length === 0) return { fields, loras: [], adjustments: [dropped('modifier_scale', scale, 'there is no LoRA for it')] };
  const weight = toNumber(scale);
  const { min, max } = limits.loraWeight;
  const used = typeof weight === 'number' ? Math.min(max, Math.max(min, weight)) : weight;
  return {
    fields,
    loras: names.map((name, index) => (index === names.length - 1 ? { name, weight: used } : { name })),
    adjustments: used === weight ? [] : [approximated('modifier_scale', { asked: weight, used }, `LoRA weights are ${min} to ${max}`)],
  };
}

/** All that is known of the bridge is what it is sent: it makes the picture its message describes, and does not chat. */
function readChat({ session_id: session, message, messages, tools, ...fields }: Fields): Rewritten {
  const prompt = fields.prompt ?? message ?? lastUserMessage(messages);
  const reason = 'the bridge draws what the message says; it does not chat';
  return {
    fields: {
      ...fields,
      ...(prompt !== undefined && { prompt }),
      ...(typeof session === 'string' && { metadata: { session_id: session.slice(0, 512).toWellFormed() } }),
    },
    loras: [],
    adjustments: [
      ...(Array.isArray(messages) && messages.length > 0 && prompt === message ? [dropped('messages', messages, reason)] : []),
      ...(Array.isArray(tools) && tools.length > 0 ? [dropped('tools', tools, reason)] : []),
    ],
  };
}

function lastUserMessage(messages: unknown): unknown {
  if (!Array.isArray(messages)) return undefined;
  const spoken = messages.filter((item: unknown) => typeof item === 'object' && item !== null && 'role' in item && item.role === 'user');
  return spoken.at(-1)?.content;
}

export type V1Answer = {
  success: boolean;
  provider: string;
  request_id: string;
  status: GenerationOutput['status'];
  images?: GenerationOutput['images'];
  error?: string;
  code?: string;
  message?: string;
  metadata: { generation_id: string; credits_used: number; generation_time: number; adjustments: Adjustment[] };
};

/** The first answer of an endpoint that does not wait. */
export function translateAccepted({ provider, request_id, generation_id, adjustments }: Accepted): V1Answer {
  return {
    success: true,
    provider,
    request_id,
    status: 'pending',
    metadata: { generation_id, credits_used: 0, generation_time: 0, adjustments },
  };
}

export function translateOutput(output: GenerationOutput): V1Answer {
  const { provider, request_id, generation_id, status, images, error, credits_used, adjustments } = output;
  return {
    success: status !== 'failed',
    provider,
    request_id,
    status,
    ...(status === 'completed' && { images }),
    ...(error && { error: error.message, code: error.code, message: error.message }),
    metadata: { generation_id, credits_used, generation_time: images[0]?.metadata.generation_time ?? 0, adjustments },
  };
}
