import type { Adjustment } from '@imagegen/core/generation/adjustment';

const shownChars = 200;
const shownFields = 40;

/** Why some well-known fields are not followed; others are simply not known. */
const reasons: Readonly<Record<string, string>> = {
  user_id: 'who is asking is told by the key alone',
  enable_safety_checker: 'the operator decides about the safety checker',
  safety_tolerance: 'the operator decides about the safety checker',
};

/** One adjustment for each field that a lenient door leaves aside. */
export function ignoredFields(fields: Record<string, unknown>): Adjustment[] {
  return Object.entries(fields)
    .slice(0, shownFields)
    .map(([name, value]) => {
      const last = name.slice(name.lastIndexOf('.') + 1);
      const reason = Object.hasOwn(reasons, last) ? reasons[last] : undefined;
      return dropped(name.slice(0, shownChars).toWellFormed(), value, reason ?? 'not a field of this route');
    });
}

export function dropped(parameter: string, asked: unknown, reason: string): Adjustment {
  return { parameter, kind: 'dropped', asked: shown(asked), used: null, reason };
}

export function approximated(parameter: string, change: { asked: unknown; used: unknown }, reason: string): Adjustment {
  return { parameter, kind: 'approximated', asked: shown(change.asked), used: change.used, reason };
}

/** Short values as they are; an adjustment is stored with the generation and must not hold a picture. */
function shown(value: unknown): unknown {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text !== undefined && text.length > shownChars ? `${text.slice(0, shownChars).toWellFormed()}…` : (value ?? null);
}
