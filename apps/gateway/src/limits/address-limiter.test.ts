import { describe, expect, it } from 'vitest';
import { AddressLimiter, networkOf } from './address-limiter.ts';

const minute = 60_000;

describe('the limit by address', () => {
  it('lets as many through as fit in a minute, each address for itself', () => {
    const limiter = new AddressLimiter(3);
    const refused = (address: string) => limiter.refuse(address, minute) !== null;
    expect([1, 2, 3, 4, 5].map(() => refused('192.0.2.1'))).toEqual([false, false, false, true, true]);
    expect(refused('192.0.2.2')).toBe(false);
    expect(limiter.refuse('192.0.2.1', minute)).toEqual({ limit: 3, calls: 3, earlierCalls: 0, elapsed: 0 });
  });

  it('slides: half a window later half of the calls fit again, after two all', () => {
    const limiter = new AddressLimiter(10);
    const fitting = (at: number) => Array.from({ length: 20 }, () => limiter.refuse('192.0.2.1', at)).filter((refusal) => !refusal).length;
    expect(fitting(10 * minute)).toBe(10);
    expect(fitting(11.5 * minute)).toBe(5);
    expect(fitting(14 * minute)).toBe(10);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ])('%s belongs to %s', (address, network) => expect(networkOf(address)).toBe(network));
});
