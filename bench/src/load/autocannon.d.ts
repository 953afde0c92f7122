/** The part of autocannon's API that is used here; the package ships no types. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  export type Request = { method: 'POST'; path: string; headers: Record<string, string>; body: string };
  type Client = { setRequests(requests: Request[]): void };
  type Options = { url: string; connections: number; duration: number; setupClient: (client: Client) => void };
  /** Emits `response` (client, status, bytes, milliseconds) and `reqError`; resolves when all connections are closed. */
  type Instance = EventEmitter & Promise<{ errors: number; timeouts: number }>;

  const autocannon: (options: Options) => Instance;
  // biome-ignore lint/style/noDefaultExport: that is how the package exports it
  export default autocannon;
}
