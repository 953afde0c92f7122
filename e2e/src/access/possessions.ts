import { generate, uniquePrompt } from '../generate.ts';
import { type HttpDoor, openDoor } from '../http-door.ts';
import { callProcedure } from '../procedure.ts';
import type { Kind } from './row.ts';

export type User = {
  door: HttpDoor;
  /** Stands in everything this user makes. */
  canary: string;
  /** One of every kind that is there, and one that was deleted. */
  has: Record<Kind, string>;
  deleted: Record<Kind, string>;
  /** What no answer to anybody else may contain. */
  secrets: string[];
};

const admin = (url: string) => openDoor(url, 'ig_dev_admin');

/** A new user with a key, and with something of every kind. */
export async function newUser(url: string): Promise<User> {
  const canary = uniquePrompt('canary').replace(' ', '-');
  const { body } = await admin(url).post<{ key: string }>('/api:v2/admin/keys', {
    user: canary,
    name: canary,
    scopes: ['read', 'generate', 'beta'],
  });
  const door = openDoor(url, body.key);
  const [kept, gone] = [await makeAll(door, canary), await makeAll(door, canary)];
  await remove(door, gone);
  return { door, canary, has: kept, deleted: gone, secrets: [canary, kept.generation, kept.image, gone.generation, gone.image] };
}

async function makeAll(door: HttpDoor, canary: string): Promise<Record<Kind, string>> {
  const { request_id, images } = await generate(door, 'flux/standard', { prompt: uniquePrompt(canary), width: 256, height: 256 });
  return {
    generation: request_id,
    image: images[0]?.sha256 ?? '',
    preset: await make(door, 'preset', canary),
    key: await make(door, 'key', canary),
  };
}

/** One more of a kind, for a row that takes it away. */
export async function make(door: HttpDoor, kind: Kind, canary: string): Promise<string> {
  if (kind === 'generation')
    return (await generate(door, 'flux/standard', { prompt: uniquePrompt(canary), width: 256, height: 256 })).request_id;
  const path = kind === 'preset' ? 'data.presets.create' : 'keys.create';
  const { body } = await callProcedure<{ id: number | string }>(door, path, { name: canary });
  if (!body.result) throw new Error(`${path} answered ${JSON.stringify(body)}`);
  return String(body.result.data.id);
}

async function remove(door: HttpDoor, { generation, preset, key }: Record<Kind, string>): Promise<void> {
  const answers = [
    await callProcedure(door, 'data.delete', { id: generation }),
    await callProcedure(door, 'data.presets.delete', { id: Number(preset) }),
    await callProcedure(door, 'keys.revoke', { id: key }),
  ];
  for (const { status, body } of answers) if (status !== 200) throw new Error(JSON.stringify(body));
}
