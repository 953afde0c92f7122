import type { Evidence } from '../evidence/evidence.ts';
import type { Finding } from './verdict.ts';

/** I9: every picture that is named is in the vault, whole, and what was served is what was named. */
export function checkPictures({ history, generations, pictures, orphans }: Evidence): Finding {
  const stored = generations.flatMap(({ generation_id, images }) =>
    images.flatMap(({ sha256, width, height }) => {
      const facts = pictures[sha256];
      if (!facts) return [`${generation_id}: ${sha256} is not in the vault`];
      if (facts.problem) return [`${generation_id}: ${sha256}: ${facts.problem}`];
      const isSame = facts.width === width && facts.height === height;
      return isSame ? [] : [`${generation_id}: ${sha256} is ${facts.width}x${facts.height}, said to be ${width}x${height}`];
    }),
  );
  const downloads = history.filter((line) => line.kind === 'picture');
  const served = downloads.flatMap(({ plan, problem, sha256, expected }) => {
    if (problem) return [`order ${plan}: was served ${problem}`];
    return sha256 === expected ? [] : [`order ${plan}: was served ${sha256} instead of ${expected}`];
  });
  const promised = history.filter((line) => line.kind === 'seen').flatMap(({ images }) => images.map(({ sha256 }) => sha256));
  const gone = [...new Set(promised)].filter((sha256) => !pictures[sha256]).map((sha256) => `${sha256}: was promised, belongs to nothing`);
  return {
    checked: Object.keys(pictures).length + downloads.length,
    violations: [...stored, ...served, ...gone],
    notes: orphans > 0 ? [`${orphans} pictures in the vault belong to nothing: their makers were killed before the end`] : [],
  };
}
