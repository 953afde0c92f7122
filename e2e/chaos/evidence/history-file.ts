import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { HistoryLine } from './history-line.ts';

/** The lines of a history without the time, which is added when they are written. */
export type Said = HistoryLine extends infer Line ? (Line extends HistoryLine ? Omit<Line, 'at'> & { at?: number } : never) : never;

export type HistoryWriter = AsyncDisposable & { write(line: Said): void };

export function openHistory(file: string): HistoryWriter {
  const stream = createWriteStream(file, { flags: 'wx' });
  return {
    write: (line) => void stream.write(`${JSON.stringify({ at: Date.now(), ...line })}\n`),
    async [Symbol.asyncDispose]() {
      stream.end();
      await finished(stream);
    },
  };
}

export async function readHistory(file: string): Promise<HistoryLine[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as HistoryLine);
}
