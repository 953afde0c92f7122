import { randomUUID } from 'node:crypto';
import { type Client, createClient } from '@imagegen/client/create-client';

export type User = { readonly key: string; readonly client: Client };

/** A user whom nobody else uses, so that their gallery holds what one spec puts there. */
export async function newUser(gatewayUrl: string): Promise<User> {
  const admin = createClient({ url: gatewayUrl, token: 'ig_dev_admin' });
  const { key } = await admin.admin.keys.create.mutate({ user: `console-${randomUUID().slice(0, 8)}` });
  return { key, client: createClient({ url: gatewayUrl, token: key }) };
}
