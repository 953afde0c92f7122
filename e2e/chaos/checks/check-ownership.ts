import type { Evidence } from '../evidence/evidence.ts';
import { markOf } from './marks.ts';
import type { Finding } from './verdict.ts';

/** I8: nobody gets a byte of what belongs to another user. */
export function checkOwnership({ history, generations }: Evidence): Finding {
  const owners = new Map(history.flatMap((line) => (line.kind === 'order' ? [[line.mark, line.user] as const] : [])));
  const strangers = history.filter((line) => line.kind === 'stranger');
  const listings = history.filter((line) => line.kind === 'listing');
  const shown = strangers.flatMap(({ plan, by, path, status, leaked }) => [
    ...(leaked ? [`order ${plan}: ${path} showed it to user ${by}`] : []),
    ...(status < 300 ? [`order ${plan}: ${path} answered ${status} to user ${by}`] : []),
  ]);
  const listed = listings.flatMap(({ user, marks }) =>
    marks
      .filter((mark) => owners.get(mark) !== user)
      .map((mark) => `the history of user ${user} shows ${mark} of user ${owners.get(mark)}`),
  );
  const rows = generations.flatMap(({ generation_id, prompt, user_id }) => {
    const owner = owners.get(markOf(prompt) ?? '');
    return owner === undefined || owner === user_id ? [] : [`${generation_id}: ordered by user ${owner}, kept for ${user_id}`];
  });
  return { checked: strangers.length + listings.length, violations: [...shown, ...listed, ...rows] };
}
