import type { GatewayContext } from '../context.ts';
import { ApiKeys } from './api-keys.ts';
import { Authenticator } from './authenticator.ts';
import { JsonWebTokens } from './json-web-tokens.ts';
import { KeyUsage, startKeyUsage } from './key-usage.ts';
import { KnownUsers } from './known-users.ts';
import { Tickets } from './tickets.ts';

type Identity = AsyncDisposable & { authenticator: Authenticator; keys: ApiKeys; tickets: Tickets };

/** Every way to say who one is, as configured. Disposing ends the notes about used keys. */
export function openIdentity({ config, db, logger }: Pick<GatewayContext, 'config' | 'db' | 'logger'>): Identity {
  const usage = new KeyUsage();
  const recording = startKeyUsage(usage, { db, logger });
  const keys = new ApiKeys(db, { allowDevelopmentKeys: config.development, onUse: (keyId) => usage.note(keyId) });
  const users = new KnownUsers(db);
  const tickets = new Tickets(config.imageSigningSecret);
  const tokens = config.identity.tokens && new JsonWebTokens(config.identity.tokens, users);
  const authenticator = new Authenticator({ keys, tokens, tickets, users, allowAnonymous: config.identity.allowAnonymous });
  return { authenticator, keys, tickets, [Symbol.asyncDispose]: () => recording[Symbol.asyncDispose]() };
}
