import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** `up`: from the one who connected to the one who listens. */
export type Direction = 'up' | 'down';

/** `cleared` resolves when what is held may pass. */
export type Weather = { readonly delayMs: number; readonly held: Direction | null; readonly cleared: Promise<void> };

type Channel = {
  from: Socket;
  to: Socket;
  direction: Direction;
  weather: () => Weather;
  /** False: the bytes are not forwarded. */
  pass: (bytes: Buffer) => boolean;
};

/** Carries bytes one way, in order, through whatever weather there is when they come. */
export function openChannel({ from, to, direction, weather, pass }: Channel): void {
  let line: Promise<void> | null = null;

  function inLine(forward: () => void): void {
    const { delayMs, held, cleared } = weather();
    if (!line && delayMs === 0 && held !== direction) {
      forward();
      return;
    }
    const dueAt = performance.now() + delayMs;
    const mine = (line ?? Promise.resolve())
      .then(() => pause(Math.max(0, dueAt - performance.now())))
      .then(() => (held === direction ? cleared : undefined))
      .then(forward)
      .then(() => {
        if (line === mine) line = null;
      });
    line = mine;
  }

  from.on('data', (bytes: Buffer) =>
    inLine(() => {
      if (!pass(bytes) || to.destroyed || to.write(bytes)) return;
      from.pause();
      to.once('drain', () => from.resume());
    }),
  );
  from.on('end', () => inLine(() => void to.end()));
}
