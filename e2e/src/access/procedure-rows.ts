import { openEventStream } from '../event-stream.ts';
import type { HttpDoor } from '../http-door.ts';
import { type CallAnswer, send } from './call.ts';
import type { Row } from './row.ts';

type Procedure = Partial<Pick<Row, 'who' | 'of' | 'own' | 'takesAway' | 'deleted'>> & { input: (id: string) => unknown };

function procedure(name: string, { input, ...row }: Procedure): Row {
  const call: Row['call'] = (door, id) => send(door, { method: 'POST', path: `/trpc/${name}`, body: input(id) });
  return { name, who: 'users', own: 200, ...row, call };
}

/** Status and words of a subscription; its refusals come as an event of a stream that has begun. */
async function listen(door: HttpDoor, id: string): Promise<CallAnswer> {
  await using stream = await openEventStream(door, { id });
  const text = await stream.text();
  const refused = /"httpStatus":(\d{3})/.exec(text)?.[1];
  return { status: refused ? Number(refused) : stream.status, text, isJson: false };
}

const nothing = { input: () => ({}) };
/** Without a prompt nothing is bought: who may call gets 400, who may not never comes that far. */
const generates = (name: string) => procedure(name, { ...nothing, own: 400 });
const onGeneration = { of: 'generation', input: (id: string) => ({ id }) } as const;
const onKey = { of: 'key', input: (id: string) => ({ id }), takesAway: true } as const;
const onPreset = { of: 'preset', input: (id: string) => ({ id: Number(id) }) } as const;
const onEndpoint = { of: 'endpoint', input: (id: string) => ({ id }) } as const;
const admins = { who: 'admins' } as const;

/** A row for every procedure of the router. */
export const procedureRows: readonly Row[] = [
  ...['flux.standard', 'flux.advanced', 'flux.juggernaut', 'replicate.generate', 'openai.generate', 'openai.edit', 'smart.generate'].map(
    generates,
  ),
  procedure('status.check', { of: 'generation', input: (id) => ({ request_id: id }) }),
  procedure('utils.estimate', { ...nothing, own: 400 }),
  procedure('utils.compatibility', { input: () => ({ lora_ids: [309, 310] }) }),
  procedure('utils.validate', nothing),
  procedure('generations.get', onGeneration),
  procedure('generations.favorite', onGeneration),
  procedure('generations.cancel', { ...onGeneration, own: 409 }),
  procedure('generations.retry', onGeneration),
  { name: 'generations.subscribe', who: 'users', of: 'generation', own: 200, call: listen },
  procedure('data.history', nothing),
  procedure('data.delete', { ...onGeneration, takesAway: true }),
  procedure('data.presets.create', { input: () => ({ name: 'a preset of the matrix' }) }),
  procedure('data.presets.fromGeneration', { of: 'generation', input: (id) => ({ generation_id: id, name: 'made from a picture' }) }),
  procedure('data.presets.list', nothing),
  procedure('data.presets.get', onPreset),
  procedure('data.presets.update', { of: 'preset', input: (id) => ({ id: Number(id), tags: ['changed'] }) }),
  procedure('data.presets.delete', { ...onPreset, takesAway: true }),
  procedure('data.presets.apply', onPreset),
  procedure('data.analytics', nothing),
  procedure('loras.list', nothing),
  procedure('loras.get', { input: () => ({ id: 309 }) }),
  procedure('loras.analytics', nothing),
  procedure('tickets.create', nothing),
  procedure('keys.create', { input: () => ({ name: 'a key of the matrix' }) }),
  procedure('keys.current', nothing),
  procedure('keys.list', nothing),
  procedure('keys.revoke', { ...onKey, deleted: 200 }),
  procedure('credits.balance', nothing),
  procedure('credits.history', nothing),
  procedure('webhooks.create', { ...nothing, own: 400 }),
  procedure('webhooks.list', nothing),
  procedure('webhooks.update', { of: 'endpoint', input: (id) => ({ id, description: 'changed' }) }),
  procedure('webhooks.delete', { ...onEndpoint, takesAway: true }),
  procedure('webhooks.rotate', onEndpoint),
  procedure('webhooks.test', onEndpoint),
  procedure('webhooks.deliveries', nothing),
  procedure('webhooks.redeliver', { of: 'delivery', input: (id) => ({ id }) }),
  procedure('admin.webhooks.failing', { ...admins, ...nothing }),
  procedure('admin.credits.grant', { ...admins, ...nothing, own: 400 }),
  procedure('admin.credits.balance', { ...admins, ...nothing, own: 400 }),
  procedure('admin.credits.history', { ...admins, ...nothing, own: 400 }),
  procedure('admin.ledger.check', { ...admins, ...nothing }),
  procedure('admin.engines.list', { ...admins, ...nothing }),
  procedure('admin.operations.watch', { ...admins, ...nothing }),
  procedure('admin.operations.retry', { ...admins, ...onGeneration }),
  procedure('admin.operations.cancel', { ...admins, ...onGeneration, own: 409 }),
  procedure('admin.keys.create', { ...admins, ...nothing, own: 400 }),
  procedure('admin.keys.list', { ...admins, ...nothing }),
  procedure('admin.keys.revoke', { ...admins, ...onKey }),
];
