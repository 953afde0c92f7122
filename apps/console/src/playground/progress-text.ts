type Now = { status: string; progress: number; queue_position?: number | undefined; estimated_time_remaining?: number | undefined };

/** Where a generation is, as a sentence. */
export function progressText(now: Now | undefined): string {
  if (!now) return 'Looking …';
  if (now.status === 'pending') return 'Waiting for a place …';
  if (now.queue_position !== undefined && now.queue_position > 0) return `In the provider's queue, ${now.queue_position} before it …`;
  return now.progress > 0 ? `Drawing, ${Math.round(now.progress)} % …` : 'Drawing …';
}
