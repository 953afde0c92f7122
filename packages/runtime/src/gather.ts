type Waiting<Ask, Answer> = { ask: Ask; resolve: (answer: Answer) => void; reject: (error: unknown) => void };

/**
 * Turns one question into many: what is asked in one tick, or while `underWay` rounds are out, is asked together in the next one, in order
 * and with the answers in the same order. An idle one waits for nobody. A round that throws throws for all in it.
 */
export function gather<Ask, Answer>(
  answerAll: (asks: Ask[]) => Promise<Answer[]>,
  { underWay, perRound }: { underWay: number; perRound: number },
): (ask: Ask) => Promise<Answer> {
  let waiting: Waiting<Ask, Answer>[] = [];
  let rounds = 0;

  const flush = () => {
    while (rounds < underWay && waiting.length > 0) {
      const round = waiting.slice(0, perRound);
      waiting = waiting.slice(perRound);
      rounds += 1;
      void answer(round).finally(() => {
        rounds -= 1;
        flush();
      });
    }
  };
  const answer = async (round: Waiting<Ask, Answer>[]) => {
    try {
      const answers = await answerAll(round.map(({ ask }) => ask));
      round.forEach(({ resolve, reject }, index) => {
        const found = answers[index];
        if (found === undefined) reject(new Error('a question was left without an answer'));
        else resolve(found);
      });
    } catch (error) {
      for (const { reject } of round) reject(error);
    }
  };
  return (ask) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, resolve, reject });
      if (waiting.length === 1) setImmediate(flush);
    });
}
