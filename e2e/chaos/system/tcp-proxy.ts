import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Direction, openChannel, type Weather } from './proxy-channel.ts';

/**
 * What is to happen when a byte sequence passes on its way up. `before`: nothing of it is forwarded. `answer`: it is, and the first bytes
 * that come back are not. Either way the connection is cut and the trigger is spent.
 */
export type Trigger = { pattern: string; moment: 'before' | 'answer'; act: (clientPort: number) => void };

export type Armed = { readonly hit: Promise<void>; disarm(): void };

/** A TCP connection point between two processes that can be made to misbehave. Connections may be opened before anybody listens behind it. */
export type TcpProxy = AsyncDisposable & {
  readonly port: number;
  /** Ports on loopback that connections are handed to in turn. */
  target(...ports: number[]): void;
  /** Each piece of data waits so long, in both directions. */
  slow(delayMs: number): void;
  /** Nothing passes in one direction; what was sent arrives when the weather clears, as TCP would have it. */
  hold(direction: Direction): void;
  /** New connections are refused. */
  refuse(): void;
  clear(): void;
  /** Ends all connections; `reset` with RST instead of FIN. Returns how many there were. */
  cut(how?: 'close' | 'reset'): number;
  arm(trigger: Trigger): Armed;
};

type Connection = { client: Socket; upstream: Socket; answers: Trigger | null; seen: Buffer };

export async function startTcpProxy(): Promise<TcpProxy> {
  const connections = new Set<Connection>();
  const armed = new Map<Trigger, () => void>();
  let weather: Weather = { delayMs: 0, held: null, cleared: Promise.resolve() };
  let clearUp: () => void = () => undefined;
  let refusing = false;
  let targets: number[] = [];
  let turn = 0;

  const server = createServer((client) => {
    const port = targets[turn++ % Math.max(1, targets.length)];
    if (refusing || port === undefined) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    accept(client, connect({ port, host: '127.0.0.1', noDelay: true }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function accept(client: Socket, upstream: Socket): void {
    const connection: Connection = { client, upstream, answers: null, seen: Buffer.of() };
    connections.add(connection);
    client.setNoDelay(true);
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        connections.delete(connection);
        client.destroy();
        upstream.destroy();
      });
    }
    openChannel({ from: client, to: upstream, direction: 'up', weather: () => weather, pass: (bytes) => passUp(connection, bytes) });
    openChannel({ from: upstream, to: client, direction: 'down', weather: () => weather, pass: () => passDown(connection) });
  }

  function passUp(connection: Connection, bytes: Buffer): boolean {
    if (armed.size === 0) return true;
    const text = Buffer.concat([connection.seen, bytes]);
    connection.seen = text.subarray(-64);
    const trigger = [...armed.keys()].find(({ pattern }) => text.includes(pattern));
    if (!trigger) return true;
    if (trigger.moment === 'before') return fire(trigger, connection);
    connection.answers = trigger;
    return true;
  }

  function passDown(connection: Connection): boolean {
    const { answers } = connection;
    connection.answers = null;
    return answers && armed.has(answers) ? fire(answers, connection) : true;
  }

  /** Acts before a single byte can pass, then ends the connection. */
  function fire(trigger: Trigger, { client, upstream }: Connection): false {
    const spent = armed.get(trigger);
    armed.delete(trigger);
    trigger.act(client.remotePort ?? 0);
    client.resetAndDestroy();
    upstream.destroy();
    spent?.();
    return false;
  }

  function change(next: Partial<Weather>): void {
    const cleared = new Promise<void>((resolve) => {
      const before = clearUp;
      clearUp = () => {
        before();
        resolve();
      };
    });
    weather = { ...weather, ...next, cleared };
  }

  function cut(how: 'close' | 'reset' = 'close'): number {
    const { size } = connections;
    for (const { client, upstream } of connections) {
      if (how === 'reset') client.resetAndDestroy();
      else client.destroy();
      upstream.destroy();
    }
    return size;
  }

  return {
    port: (server.address() as AddressInfo).port,
    target: (...ports) => {
      targets = ports;
    },
    slow: (delayMs) => change({ delayMs }),
    hold: (direction) => change({ held: direction }),
    refuse: () => {
      refusing = true;
    },
    clear: () => {
      refusing = false;
      weather = { delayMs: 0, held: null, cleared: Promise.resolve() };
      clearUp();
      clearUp = () => undefined;
    },
    cut,
    arm(trigger) {
      const hit = new Promise<void>((resolve) => armed.set(trigger, resolve));
      return { hit, disarm: () => armed.delete(trigger) };
    },
    async [Symbol.asyncDispose]() {
      server.close();
      cut();
    },
  };
}
