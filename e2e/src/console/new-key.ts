import { randomUUID } from 'node:crypto';
import { createClient } from '@imagegen/client/create-client';

/** The key of a user whom nobody else uses, so that their gallery holds what one spec puts there. */
export async function newKey(gatewayUrl: string): Promise<string> {
  const admin = createClient({ url: gatewayUrl, token: 'ig_dev_admin' });
  const { key } = await admin.admin.keys.create.mutate({ user: `console-${randomUUID().slice(0, 8)}` });
  return key;
}
