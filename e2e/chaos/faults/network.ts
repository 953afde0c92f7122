import type { TcpProxy } from '../system/tcp-proxy.ts';
import type { Fault, Stage } from './fault.ts';
import { hold } from './wait.ts';

/** Ends of names of links, so that a fault meets one of the connections of a kind, or the only one. */
const kinds = ['postgres', 'nats', 'simulator', 'door', 'webhooks'] as const;
type Kind = (typeof kinds)[number];

export const networkFaults: Fault[] = kinds.flatMap((kind) => [
  { name: `cut-${kind}`, strike: (stage) => strike(stage, kind, async (proxy) => said('closed', proxy.cut('close'))) },
  { name: `reset-${kind}`, strike: (stage) => strike(stage, kind, async (proxy) => said('reset', proxy.cut('reset'))) },
  {
    name: `refuse-${kind}`,
    strike: (stage) =>
      strike(stage, kind, async (proxy) => {
        proxy.refuse();
        const cut = proxy.cut('reset');
        await hold(stage.random.between(500, 4_000), stage.signal);
        return `reset ${cut}, then nobody there`;
      }),
  },
  {
    name: `slow-${kind}`,
    strike: (stage) =>
      strike(stage, kind, async (proxy) => {
        proxy.slow(stage.random.between(100, 300));
        await hold(stage.random.between(2_000, 5_000), stage.signal);
        return 'slow';
      }),
  },
  {
    name: `one-way-${kind}`,
    strike: (stage) =>
      strike(stage, kind, async (proxy) => {
        const direction = stage.random.pick(['up', 'down'] as const);
        proxy.hold(direction);
        await hold(stage.random.between(1_000, 6_000), stage.signal);
        if (stage.random.chance(0.5)) proxy.cut('reset');
        return `nothing ${direction}`;
      }),
  },
]);

async function strike({ system, random }: Stage, kind: Kind, act: (proxy: TcpProxy) => Promise<string | null>): Promise<string | null> {
  const names = Object.keys(system.links).filter((name) => (kind === 'door' ? name.startsWith('door') : name.endsWith(kind)));
  const name = random.pick(names);
  const proxy = system.links[name];
  if (!proxy) return null;
  try {
    const done = await act(proxy);
    return done && `${name}: ${done}`;
  } finally {
    proxy.clear();
  }
}

function said(what: string, connections: number): string | null {
  return connections > 0 ? `${what} ${connections} connections` : null;
}
