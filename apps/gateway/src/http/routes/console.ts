import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { GatewayContext } from '../../context.ts';
import { developmentKeyNames } from '../../identity/development-keys.ts';

/** Where the page itself is served; what it shows is its own business (`console/src/shell/pages.ts`). */
export const consolePaths = ['/', '/gallery', '/presets', '/loras', '/analytics', '/operations'] as const;

/** What the build puts where the nonce of each answer goes. */
const noncePlaceholder = /__CSP_NONCE__/g;
const assetAgeMs = 365 * 24 * 3_600_000;

/**
 * The console: a page and its assets, as `vite build` left them in `CONSOLE_DIR`. Without that folder there is none and `/` answers 404.
 * Only what carries this answer's nonce runs or styles; pictures may come from any https host, since LoRA thumbnails do.
 */
export async function registerConsole(app: FastifyInstance, { config, logger }: Pick<GatewayContext, 'config' | 'logger'>): Promise<void> {
  const page = config.consoleDir === null ? null : join(config.consoleDir, 'index.html');
  if (config.consoleDir === null || page === null || !existsSync(page)) {
    if (page) logger.warn({ folder: config.consoleDir }, 'the console is not built');
    return;
  }
  const html = readFileSync(page, 'utf8');
  const imageSources = [config.publicBaseUrl, config.imageBaseUrl].filter((url) => url !== null).map((url) => new URL(url).origin);
  await app.register(fastifyStatic, {
    root: join(config.consoleDir, 'console'),
    prefix: '/console/',
    wildcard: false,
    index: false,
    immutable: true,
    maxAge: assetAgeMs,
  });
  for (const path of consolePaths) {
    app.get(path, { schema: { hide: true } }, (_, reply) => {
      const nonce = randomBytes(16).toString('base64');
      return reply
        .header('content-security-policy', pagePolicy(nonce, imageSources))
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .serializer(String)
        .send(html.replaceAll(noncePlaceholder, nonce));
    });
  }
  app.get('/console/setup.json', { schema: { hide: true } }, (_, reply) =>
    reply.header('cache-control', 'no-store').send({ development_keys: config.development ? developmentKeyNames : [] }),
  );
}

function pagePolicy(nonce: string, imageSources: readonly string[]): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src ${["'self'", 'data:', 'blob:', 'https:', ...imageSources].join(' ')}`,
    "connect-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
