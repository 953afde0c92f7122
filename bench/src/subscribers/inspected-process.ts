import { freePort } from '@imagegen/embedded/free-port';

/** A process that was started with these options lets its heap be looked at from outside. */
export async function inspectable(): Promise<{ nodeOptions: string; port: number }> {
  const port = await freePort();
  return { nodeOptions: `--inspect=127.0.0.1:${port}`, port };
}

/** Has the process collect its garbage, all of it; the bytes its heap holds afterwards. */
export async function collectGarbage(port: number): Promise<number> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as { webSocketDebuggerUrl: string }[];
  const inspector = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
  const answers = new Map<number, (result: { usedSize?: number }) => void>();
  inspector.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(data);
    answers.get(id)?.(result);
  });
  await new Promise((resolve) => inspector.addEventListener('open', resolve, { once: true }));
  let ids = 0;
  const call = (method: string) =>
    new Promise<{ usedSize?: number }>((resolve) => {
      ids += 1;
      answers.set(ids, resolve);
      inspector.send(JSON.stringify({ id: ids, method }));
    });
  try {
    await call('HeapProfiler.collectGarbage');
    await call('HeapProfiler.collectGarbage');
    return (await call('Runtime.getHeapUsage')).usedSize ?? Number.NaN;
  } finally {
    inspector.close();
  }
}
