import { AppError } from '@imagegen/core/errors/app-error';
import type { ApiKeys } from './api-keys.ts';
import type { JsonWebTokens } from './json-web-tokens.ts';
import type { KnownUsers } from './known-users.ts';
import type { Principal } from './principal.ts';
import type { Tickets } from './tickets.ts';

const anonymousSubject = 'anonymous';

type Sources = {
  keys: Pick<ApiKeys, 'principalOf'>;
  /** Null: no issuer is configured. */
  tokens: Pick<JsonWebTokens, 'principalOf'> | null;
  tickets: Pick<Tickets, 'principalOf'>;
  users: Pick<KnownUsers, 'idOf'>;
  /** `LEGACY_ANONYMOUS`. */
  allowAnonymous: boolean;
};

/** Turns credentials into a principal, or throws UNAUTHORIZED; nothing else in a request says who is calling. */
export class Authenticator {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** `Authorization: Bearer`, with an API key or a token. */
  async authenticate(authorization: string | undefined): Promise<Principal> {
    const [scheme, credential, ...rest] = authorization?.split(' ') ?? [];
    if (!credential || rest.length > 0 || scheme?.toLowerCase() !== 'bearer')
      throw unauthorized('Send an API key as "Authorization: Bearer <key>".');
    const { keys, tokens } = this.#sources;
    const isToken = tokens && !credential.startsWith('ig_');
    const principal = isToken ? await tokens.principalOf(credential) : await keys.principalOf(credential);
    if (!principal) throw unauthorized(isToken ? 'The token is not valid.' : 'The API key is not valid.');
    return principal;
  }

  authenticateTicket(ticket: string): Principal {
    const principal = this.#sources.tickets.principalOf(ticket);
    if (!principal) throw unauthorized('The ticket is not valid any more.');
    return principal;
  }

  /** The one principal of all legacy callers without credentials, where the operator allows them. */
  async anonymous(): Promise<Principal> {
    if (!this.#sources.allowAnonymous) throw unauthorized('Send an API key as "Authorization: Bearer <key>".');
    return { userId: await this.#sources.users.idOf(anonymousSubject), role: 'user', scopes: ['read', 'generate'], keyId: null };
  }
}

function unauthorized(message: string): AppError {
  return new AppError('UNAUTHORIZED', message);
}
