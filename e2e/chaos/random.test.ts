import { expect, test } from 'vitest';
import { createRandom } from './random.ts';
import { drawOrder } from './workload/order.ts';

test('a seed decides everything', () => {
  const draw = (seed: number) => {
    const random = createRandom(seed).fork('orders');
    return Array.from({ length: 50 }, (_, plan) => drawOrder(random, { plan, users: 50 }));
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test('what one part draws does not change what another part gets', () => {
  const one = createRandom(1);
  const other = createRandom(1);
  one.fork('a').next();
  one.next();
  expect(one.fork('b').next()).toBe(other.fork('b').next());
});

test('numbers are spread over their range, both ends included', () => {
  const random = createRandom(3);
  const drawn = Array.from({ length: 2_000 }, () => random.between(1, 4));
  for (const value of [1, 2, 3, 4]) expect(drawn.filter((each) => each === value).length).toBeGreaterThan(400);
  expect(new Set(drawn).size).toBe(4);
});
