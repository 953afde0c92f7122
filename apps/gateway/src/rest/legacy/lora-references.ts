import { AppError } from '@imagegen/core/errors/app-error';
import type { LoraFile } from '@imagegen/core/generation/settings';
import type { Lora } from '@imagegen/core/loras/lora';
import { validationError } from '@imagegen/core/validation/validate';
import { isPublicAddress } from '@imagegen/runtime/guarded-fetch';
import { isAbsent, toNumber } from './loose-fields.ts';

/** A LoRA as a legacy caller names it: by id, slug, name or file. A `scale` is on the engine's own scale, a `weight` on ours. */
export type LoraReference = { name: unknown; weight?: unknown; scale?: unknown };

export type NamedLoras = { loras: { id: number; weight?: unknown }[]; lora_files: LoraFile[] };

const scaleRange = { min: 0, max: 4 };
const listedIds = 20;
const shownChars = 80;

/** Reads `loras` in all its spellings: a list or its JSON, of objects, ids, slugs, names or addresses. */
export function readLoraList(value: unknown): LoraReference[] {
  const list = typeof value === 'string' && value.trimStart().startsWith('[') ? readJson(value) : value;
  return (Array.isArray(list) ? list : [list]).filter((item) => !isAbsent(item)).map(readItem);
}

function readItem(item: unknown): LoraReference {
  if (typeof item !== 'object' || item === null) return { name: item };
  const fields: Record<string, unknown> = { ...item };
  const name = [fields.id, fields.path, fields.url, fields.name].find((value) => !isAbsent(value));
  return { name, weight: fields.weight, scale: fields.scale };
}

/**
 * Finds what the references stand for.
 * @throws AppError INVALID_LORA for names nobody knows, VALIDATION_ERROR for addresses that are not https to a public host.
 */
export function resolveReferences(references: readonly LoraReference[], catalogue: readonly Lora[]): NamedLoras {
  const named: NamedLoras = { loras: [], lora_files: [] };
  const unknown: unknown[] = [];
  for (const [index, { name, weight, scale }] of references.entries()) {
    if (typeof name === 'string' && /^https?:/i.test(name)) {
      named.lora_files.push({ url: publicAddress(name, index), scale: readScale(isAbsent(scale) ? weight : scale, index) });
      continue;
    }
    const lora = findLora(name, catalogue);
    if (!lora) unknown.push(name);
    else if (isAbsent(scale)) named.loras.push({ id: lora.id, ...(!isAbsent(weight) && { weight: toNumber(weight) }) });
    else named.lora_files.push({ url: lora.url, scale: readScale(scale, index) });
  }
  if (unknown.length > 0) throw unknownLoras(unknown, catalogue);
  return named;
}

function findLora(name: unknown, catalogue: readonly Lora[]): Lora | undefined {
  const id = toNumber(name);
  if (typeof id === 'number') return catalogue.find((lora) => lora.id === id);
  if (typeof name !== 'string') return undefined;
  const wanted = name.trim().toLowerCase();
  return catalogue.find((lora) => lora.slug.toLowerCase() === wanted || lora.name.toLowerCase() === wanted);
}

function readScale(value: unknown, index: number): number {
  const scale = isAbsent(value) ? 1 : toNumber(value);
  if (typeof scale === 'number' && scale >= scaleRange.min && scale <= scaleRange.max) return scale;
  throw validationError([{ path: `loras.${index}.scale`, message: `must be a number from ${scaleRange.min} to ${scaleRange.max}` }]);
}

/** The provider fetches it, we never do; still nobody is sent to an address that is not public. */
function publicAddress(address: string, index: number): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const isNumeric = /^[\d.]+$/.test(host) || host.includes(':');
  const isPublic = isNumeric ? isPublicAddress(host) : host.includes('.') && !/\.(local|localhost|internal)$/.test(host);
  if (url?.protocol === 'https:' && isPublic && !url.username && !url.password && address.length <= 2_000) return url.href;
  throw validationError([{ path: `loras.${index}`, message: 'must be an https URL of a public host' }]);
}

function unknownLoras(unknown: unknown[], catalogue: readonly Lora[]): AppError {
  const invalidIds = unknown.slice(0, listedIds).map((name) => (typeof name === 'number' ? name : spell(name).slice(0, shownChars)));
  const validIds = catalogue.map(({ id }) => id).sort((a, b) => a - b);
  return new AppError('INVALID_LORA', `Unknown LoRA${unknown.length > 1 ? 's' : ''}: ${invalidIds.join(', ')}.`, {
    details: { invalid_ids: invalidIds, valid_ids: validIds.slice(0, listedIds) },
  });
}

function spell(name: unknown): string {
  return typeof name === 'string' ? name : (JSON.stringify(name) ?? 'nothing');
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
