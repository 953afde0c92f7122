import { expect, test } from 'vitest';
import { gather } from './gather.ts';

const tick = () => new Promise(setImmediate);

test('what is asked in one tick is asked together, and each gets its own answer', async () => {
  const rounds: number[][] = [];
  const doubled = async (asks: number[]) => {
    rounds.push(asks);
    return asks.map((each) => each * 2);
  };
  const ask = gather(doubled, { underWay: 1, perRound: 10 });
  expect(await Promise.all([ask(1), ask(2), ask(3)])).toEqual([2, 4, 6]);
  expect(rounds).toEqual([[1, 2, 3]]);
});

test('while as many rounds are out as may be, the next questions wait and go together', async () => {
  const rounds: number[][] = [];
  const gate = Promise.withResolvers<void>();
  const ask = gather(
    async (asks: number[]) => {
      rounds.push(asks);
      await gate.promise;
      return asks;
    },
    { underWay: 1, perRound: 2 },
  );
  const answers = [ask(1)];
  await tick();
  answers.push(ask(2), ask(3), ask(4));
  await tick();
  expect(rounds).toEqual([[1]]);
  gate.resolve();
  expect(await Promise.all(answers)).toEqual([1, 2, 3, 4]);
  expect(rounds).toEqual([[1], [2, 3], [4]]);
});

test('a round that fails fails for those in it, and the next one is asked', async () => {
  let rounds = 0;
  const ask = gather(
    async (asks: number[]) => {
      rounds += 1;
      if (rounds === 1) throw new Error('away');
      return asks;
    },
    { underWay: 2, perRound: 10 },
  );
  expect((await Promise.allSettled([ask(1), ask(2)])).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await ask(3)).toBe(3);
});
