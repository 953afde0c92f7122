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
    endpoint: await make(door, 'endpoint', canary),
    delivery: await make(door, 'delivery', canary),
  };
}

/** One more of a kind, for a row that takes it away. */
export async function make(door: HttpDoor, kind: Kind, canary: string): Promise<string> {
  if (kind === 'generation')
    return (await generate(door, 'flux/standard', { prompt: uniquePrompt(canary), width: 256, height: 256 })).request_id;
  if (kind === 'endpoint') return makeBy(door, 'webhooks.create', { url: nowhere(canary), description: canary });
  if (kind === 'delivery') return makeBy(door, 'webhooks.test', { id: await make(door, 'endpoint', canary) });
  return makeBy(door, kind === 'preset' ? 'data.presets.create' : 'keys.create', { name: canary });
}

/** Where nobody listens, and every time somewhere else. */
const nowhere = (canary: string) => `http://127.0.0.1:1/${uniquePrompt(canary).replaceAll(' ', '-')}`;

async function makeBy(door: HttpDoor, path: string, input: object): Promise<string> {
  const { body } = await callProcedure<{ id: number | string }>(door, path, input);
  if (!body.result) throw new Error(`${path} answered ${JSON.stringify(body)}`);
  return String(body.result.data.id);
}

async function remove(door: HttpDoor, { generation, preset, key, endpoint, delivery }: Record<Kind, string>): Promise<void> {
  const { body: log } = await door.get<{ items: { id: string; endpoint_id: string }[] }>('/api:v2/webhooks/deliveries');
  const answers = [
    // A delivery goes with its endpoint.
    await callProcedure(door, 'webhooks.delete', { id: log.items.find(({ id }) => id === delivery)?.endpoint_id }),
    await callProcedure(door, 'webhooks.delete', { id: endpoint }),
    await callProcedure(door, 'data.delete', { id: generation }),
    await callProcedure(door, 'data.presets.delete', { id: Number(preset) }),
    await callProcedure(door, 'keys.revoke', { id: key }),
  ];
  for (const { status, body } of answers) if (status !== 200) throw new Error(JSON.stringify(body));
}
