import { describe, expect, it } from 'vitest';
import { EventHub } from './event-hub.ts';

const forever = { afterSeq: 3, timeoutMs: 60_000 };

describe('the event hub', () => {
  it('wakes those who wait for a generation when its log grows past what they know', async () => {
    const hub = new EventHub();
    const waiting = Promise.all([hub.changed('gen_a', forever), hub.changed('gen_a', forever)]);
    hub.announce({ generation_id: 'gen_b', seq: 9 });
    hub.announce({ generation_id: 'gen_a', seq: 3 });
    expect(hub.waiting).toBe(1);
    hub.announce({ generation_id: 'gen_a', seq: 4 });
    await waiting;
    expect(hub.waiting).toBe(0);
  });

  it('wakes everybody after a gap in the announcements', async () => {
    const hub = new EventHub();
    const waiting = Promise.all([hub.changed('gen_a', forever), hub.changed('gen_b', forever)]);
    hub.announceAll();
    await waiting;
  });

  it('forgets who gave up, by time or by signal', async () => {
    const hub = new EventHub();
    await hub.changed('gen_a', { afterSeq: 0, timeoutMs: 1 });
    const gone = new AbortController();
    const waiting = hub.changed('gen_a', { ...forever, signal: gone.signal });
    gone.abort();
    await waiting;
    await hub.changed('gen_a', { ...forever, signal: AbortSignal.abort() });
    expect(hub.waiting).toBe(0);
  });
});
