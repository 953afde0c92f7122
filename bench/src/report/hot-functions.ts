import type { HotFunction } from '../measure/cpu-profile.ts';
import { formatTable } from './table.ts';

/** By app: its functions and their own share of its busy time. */
export function formatHotFunctions(byApp: Readonly<Record<string, readonly HotFunction[]>>): string {
  return Object.entries(byApp)
    .map(([app, hot]) =>
      formatTable(
        [`${app}: function`, 'self %'],
        hot.map(({ name, selfPercent }) => [name, selfPercent.toFixed(1)]),
      ),
    )
    .join('\n\n');
}
