import { limits } from '../generation/input.ts';
import { countCodePoints } from './prompt-text.ts';

/** A directive that was not followed: it stays in the text, in parentheses, or was the second of its kind. */
export type DirectiveProblem = { directive: string; reason: string };

export type Directives = { text: string; seed?: number; negativePrompt?: string; problems: DirectiveProblem[] };

const keywords = ['seed', 'not'] as const;
type Keyword = (typeof keywords)[number];
const maxDirectives = 16;

/**
 * Takes `[seed:N]` and `[not: …]` out of a prompt that a user typed and returns them as values. Inside `[not: …]` a backslash escapes
 * brackets and itself, as `buildEnhancedPrompt` writes them. Other bracket groups stay as they are. A group that starts like a directive
 * and is none becomes literal text in parentheses, so what is returned never contains a directive: reading it again changes nothing.
 * One pass, linear time.
 */
export function readDirectives(prompt: string): Directives {
  const found: Directives = { text: '', problems: [] };
  let text = '';
  let index = 0;
  let count = 0;
  let brokenUntil = 0;
  while (index < prompt.length) {
    const next = prompt.indexOf('[', index);
    if (next === -1) break;
    text += prompt.slice(index, next);
    const keyword = keywordAt(prompt, next + 1);
    if (!keyword) {
      text += '[';
      index = next + 1;
      continue;
    }
    const contentStart = next + keyword.length + 2;
    // Every `[` before the place where an earlier group broke off was escaped in it, so it breaks off at the same place.
    const end = next < brokenUntil ? -1 : endOfGroup(prompt, contentStart);
    if (prompt[end] !== ']') {
      brokenUntil = Math.max(brokenUntil, end);
      text += '(';
      index = next + 1;
      continue;
    }
    count += 1;
    const content = prompt.slice(contentStart, end);
    const reason = count > maxDirectives ? `at most ${maxDirectives} directives are read` : follow(keyword, content, found);
    if (reason === undefined) text = withSpace(text);
    else {
      found.problems.push({ directive: prompt.slice(next, end + 1), reason });
      text += `(${prompt.slice(next + 1, contentStart)}${content.replaceAll('[', '(').replaceAll(']', ')')})`;
    }
    index = end + 1;
    if (reason === undefined && prompt[index] === ' ') index += 1;
  }
  return { ...found, text: (text + prompt.slice(index)).trim() };
}

function keywordAt(prompt: string, index: number): Keyword | undefined {
  return keywords.find((keyword) => prompt.slice(index, index + keyword.length + 1).toLowerCase() === `${keyword}:`);
}

/** Where a group ends: at its `]`, at a `[` that breaks it off, or at the end of the prompt. */
function endOfGroup(prompt: string, start: number): number {
  let index = start;
  while (index < prompt.length) {
    const character = prompt[index];
    if (character === '[' || character === ']') return index;
    index += character === '\\' ? 2 : 1;
  }
  return prompt.length;
}

/** Writes the value into `found`, or says why it cannot be. */
function follow(keyword: Keyword, content: string, found: Directives): string | undefined {
  return keyword === 'seed' ? followSeed(content.trim(), found) : followNegative(unescapeBrackets(content).trim(), found);
}

function followSeed(content: string, found: Directives): string | undefined {
  const seed = /^(?:-1|\d{1,10})$/.test(content) ? Number(content) : Number.NaN;
  if (!(seed <= limits.seedMax)) return `the seed must be a whole number from -1 to ${limits.seedMax}`;
  if (found.seed !== undefined) return 'the first seed counts';
  found.seed = seed;
  return undefined;
}

function followNegative(content: string, found: Directives): string | undefined {
  if (content === '') return 'it names nothing';
  const joined = found.negativePrompt === undefined ? content : `${found.negativePrompt}, ${content}`;
  if (countCodePoints(joined) > limits.promptCodePoints) return `a negative prompt has at most ${limits.promptCodePoints} characters`;
  found.negativePrompt = joined;
  return undefined;
}

function unescapeBrackets(content: string): string {
  return content.replace(/\\([\\[\]])/g, '$1');
}

/** The words before and after a removed group stay apart, else they could join into a directive. */
function withSpace(text: string): string {
  return text === '' || text.endsWith(' ') ? text : `${text} `;
}
