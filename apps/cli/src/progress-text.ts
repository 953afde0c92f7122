import type { GenerationProgress } from '@imagegen/client/generate-and-wait';

const barCells = 24;

/** `━━━━━━────── 50 %`, and before that the place in the provider's line. */
export function progressText({
  status,
  progress,
  queue_position,
}: Pick<GenerationProgress, 'status' | 'progress' | 'queue_position'>): string {
  const percent = Math.max(0, Math.min(100, Math.round(progress)));
  const done = Math.round((percent / 100) * barCells);
  const bar = `${'━'.repeat(done)}${'─'.repeat(barCells - done)} ${String(percent).padStart(3)} %`;
  if (queue_position === undefined || percent > 0 || status !== 'processing') return `${bar}  ${status}`;
  return `${bar}  in line at the provider, ${queue_position === 0 ? 'next' : `${queue_position} before it`}`;
}
