import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import type { SeenLine } from '../evidence/history-line.ts';
import { ask, readJson } from './ask.ts';
import type { Customer } from './customer.ts';
import type { Accepted } from './place-order.ts';

type Output = {
  status: string;
  error?: { code: string };
  credits_used: number;
  images: { url: string; sha256: string; width: number; height: number }[];
};

/** Polls the status until it is terminal, writes it down and looks at one picture. */
export async function lookUntilEnded(customer: Customer, plan: number, accepted: Accepted): Promise<void> {
  while (!customer.stopped()) {
    const output = await look(customer, accepted, 2);
    if (output && (output.status === 'completed' || output.status === 'failed')) {
      customer.history.write(seen(plan, 'first', output));
      await fetchPicture(customer, plan, output);
      return;
    }
    await pause(250);
  }
}

/** What the system says of it when nothing is going on any more. */
export async function lookAgain(customer: Customer, plan: number, accepted: Accepted): Promise<void> {
  for (let tries = 0; tries < 10; tries += 1) {
    const output = await look(customer, accepted, 0);
    if (output) return customer.history.write(seen(plan, 'last', output));
    await pause(200);
  }
}

async function look(customer: Customer, { requestId }: Accepted, waitSeconds: number): Promise<Output | null> {
  const url = `${customer.door()}/api:v2/status/check?request_id=${requestId}${waitSeconds ? `&wait=${waitSeconds}` : ''}`;
  const answer = await ask(url, { key: customer.user.key });
  return answer.status === 200 ? readJson<Output>(answer) : null;
}

function seen(plan: number, when: SeenLine['when'], output: Output): Omit<SeenLine, 'at'> {
  const images = output.images.map(({ sha256, width, height }) => ({ sha256, width, height }));
  return { kind: 'seen', plan, when, status: output.status, errorCode: output.error?.code ?? null, credits: output.credits_used, images };
}

/** A download that breaks off is tried again: only what was served as whole is judged. */
async function fetchPicture(customer: Customer, plan: number, { images }: Output): Promise<void> {
  const image = images[0];
  if (!image) return;
  for (let tries = 0; tries < 20 && !customer.stopped(); tries += 1) {
    const { pathname, search } = new URL(image.url);
    const bytes = await download(`${customer.door()}${pathname}${search}`);
    if (bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const problem = await problemOf(bytes, image);
      customer.history.write({ kind: 'picture', plan, expected: image.sha256, sha256, problem });
      return;
    }
    await pause(300);
  }
}

async function download(url: string): Promise<Uint8Array | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    return answer.status === 200 ? new Uint8Array(await answer.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

async function problemOf(bytes: Uint8Array, { width, height }: Output['images'][number]): Promise<string | null> {
  try {
    const { info } = await sharp(bytes, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true });
    return info.width === width && info.height === height ? null : `${info.width}x${info.height} instead of ${width}x${height}`;
  } catch (error) {
    return String(error);
  }
}
