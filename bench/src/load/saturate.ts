import autocannon, { type Request } from 'autocannon';
import { percentile } from '../measure/percentiles.ts';

export type Saturation = {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  answered: number;
  /** Share of one core that this process, the load generator, needed. */
  generatorCores: number;
};

type Load = {
  url: string;
  connections: number;
  seconds: number;
  /** Shared out among the connections, each of which sends its own again and again, one at a time. */
  requests: readonly Request[];
  expectedStatus: number;
};

/**
 * A closed loop: every connection sends its next request when it has the answer to the last. Latencies are taken per response, because
 * autocannon's own histogram counts whole milliseconds. Throws when any answer has another status.
 */
export async function saturate({ url, connections, seconds, requests, expectedStatus }: Load): Promise<Saturation> {
  const latenciesMs: number[] = [];
  const unexpected = new Map<number, number>();
  let clients = 0;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  let lastAt = startedAt;
  const running = autocannon({
    url,
    connections,
    duration: seconds,
    setupClient: (client) => {
      const first = clients++;
      client.setRequests(requests.filter((_, index) => index % connections === first));
    },
  });
  running.on('response', (_client: unknown, status: number, _bytes: number, ms: number) => {
    lastAt = performance.now();
    if (status === expectedStatus) latenciesMs.push(ms);
    else unexpected.set(status, (unexpected.get(status) ?? 0) + 1);
  });
  const { errors, timeouts } = await running;
  if (unexpected.size > 0 || errors > 0 || timeouts > 0) {
    const statuses = [...unexpected].map(([status, times]) => `${times} × ${status}`).join(', ');
    throw new Error(`${url} did not answer as expected: ${statuses || 'no other status'}; ${errors} errors, ${timeouts} timeouts`);
  }
  const elapsedMs = lastAt - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    requestsPerSecond: (latenciesMs.length / elapsedMs) * 1000,
    p50Ms: percentile(latenciesMs, 50),
    p99Ms: percentile(latenciesMs, 99),
    answered: latenciesMs.length,
    generatorCores: (user + system) / 1000 / elapsedMs,
  };
}
