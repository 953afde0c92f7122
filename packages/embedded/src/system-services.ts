import { startNats } from './nats.ts';
import { startPostgres } from './postgres.ts';
import type { SupervisedProcess } from './supervised-process.ts';

type Services = AsyncDisposable & { readonly database: string; readonly nats: string; readonly processes: readonly SupervisedProcess[] };

type ServicesOptions = { dataDir: string; env: NodeJS.ProcessEnv; durable?: boolean };

/** Postgres and NATS, started side by side; `DATABASE_URL` and `NATS_URL` name servers that run elsewhere and are used instead. */
export async function startServices({ dataDir, env, durable = true }: ServicesOptions): Promise<Services> {
  await using undo = new AsyncDisposableStack();
  const keep = async <Service extends AsyncDisposable>(starting: Promise<Service>) => undo.use(await starting);
  const both = [
    env.DATABASE_URL ? undefined : keep(startPostgres({ dataDir, durable })),
    env.NATS_URL ? undefined : keep(startNats({ dataDir })),
  ] as const;
  // When one fails, the other must have finished starting before it can be stopped.
  await Promise.allSettled(both);
  const [postgres, nats] = await Promise.all(both);
  const running = undo.move();
  return {
    database: postgres?.url ?? env.DATABASE_URL ?? '',
    nats: nats?.url ?? env.NATS_URL ?? '',
    processes: [postgres, nats].flatMap((service) => service?.process ?? []),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
