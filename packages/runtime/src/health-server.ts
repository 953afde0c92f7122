import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Probe = () => Promise<void>;

type HealthServer = AsyncDisposable & { readonly port: number };

/**
 * `GET /healthz` (the process is alive) and `GET /readyz` (each named probe answered; otherwise 503 naming those that did not)
 * for services without an HTTP door of their own.
 */
export async function startHealthServer(port: number, probes: Readonly<Record<string, Probe>>): Promise<HealthServer> {
  const server = createServer(async (request, response) => {
    const answer =
      request.url === '/healthz'
        ? { status: 200, body: { status: 'ok' } }
        : request.url === '/readyz'
          ? await readiness(probes)
          : undefined;
    response.writeHead(answer?.status ?? 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer?.body ?? {}));
  });
  server.requestTimeout = 10_000;
  server.listen(port);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type Readiness = { status: 200 | 503; body: { status: 'ready' | 'unready'; checks: Record<string, 'ok' | 'failing'> } };

/** Runs all probes at once, each within 3 s. */
export async function readiness(probes: Readonly<Record<string, Probe>>): Promise<Readiness> {
  const results = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => {
      const inTime = new Promise<never>((_, reject) => setTimeout(reject, 3_000, new Error('timed out')).unref());
      return [
        name,
        await Promise.race([probe(), inTime]).then(
          () => 'ok' as const,
          () => 'failing' as const,
        ),
      ] as const;
    }),
  );
  const ready = results.every(([, state]) => state === 'ok');
  return { status: ready ? 200 : 503, body: { status: ready ? 'ready' : 'unready', checks: Object.fromEntries(results) } };
}
