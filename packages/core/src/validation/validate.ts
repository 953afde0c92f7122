import type * as z from 'zod';
import { AppError } from '../errors/app-error.ts';
import { describeExpected, knownNames, schemaAt } from './expectation.ts';
import { suggestName } from './suggest.ts';

export type FieldProblem = { path: string; message: string; suggestion?: string };

const maxProblems = 50;
const shownNameChars = 80;
const shownSteps = 20;
const forbiddenNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Checks a body or the parameters of a query string, and says of every field what would be right.
 * @throws AppError VALIDATION_ERROR; `details.fields` lists the problems, the message names the first.
 */
export function validate<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const forbidden = findProblems(value, forbiddenName);
  if (forbidden.length > 0) throw validationError(forbidden);
  const parsed = schema.safeParse(value, { error: (issue) => explain(schema, issue) });
  if (parsed.success) {
    const problems = findProblems(value, unstorable);
    if (problems.length > 0) throw validationError(problems);
    return parsed.data;
  }
  throw validationError(parsed.error.issues.flatMap((issue) => toProblems(schema, issue)).slice(0, maxProblems));
}

/** An error for problems found outside a schema. */
export function validationError(fields: FieldProblem[]): AppError {
  const [first] = fields;
  const message = first ? (first.path ? `${first.path}: ${first.message}` : `The request ${first.message}`) : 'The request is not valid';
  return new AppError('VALIDATION_ERROR', message, { details: { fields } });
}

function explain(schema: z.ZodType, issue: z.core.$ZodRawIssue): string {
  const path = issue.path ?? [];
  if (issue.input === undefined && issue.code === 'invalid_type' && path.length > 0) return 'is required';
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
  if (issue.code === 'invalid_format') return issue.format === 'regex' ? 'is not in the expected form' : `must be a valid ${issue.format}`;
  const expected = describeExpected(schemaAt(schema, path));
  return expected === undefined ? 'is not valid' : `must be ${expected}`;
}

function toProblems(schema: z.ZodType, issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: spell(issue.path), message: issue.message }];
  const known = knownNames(schemaAt(schema, issue.path));
  return issue.keys.slice(0, maxProblems).map((key) => unknownField([...issue.path, key], suggestName(key, known)));
}

function unknownField(path: readonly PropertyKey[], suggestion?: string): FieldProblem {
  if (suggestion === undefined) return { path: spell(path), message: 'is not a known field' };
  return { path: spell(path), message: `is not a known field; did you mean ${suggestion}?`, suggestion };
}

function spell(path: readonly PropertyKey[]): string {
  return path.map((step) => String(step).slice(0, shownNameChars)).join('.');
}

type Node = { value: unknown; key: string; parent: Node | null };

type TextRule = {
  refusesName: (name: string) => boolean;
  refusesText: (text: string) => boolean;
  problem: (path: string[]) => FieldProblem;
};

/** Names that mean something to JavaScript itself. */
const forbiddenName: TextRule = {
  refusesName: (name) => forbiddenNames.has(name),
  refusesText: () => false,
  problem: (path) => unknownField(path),
};

/** What Postgres keeps neither in text nor in jsonb. */
const isUnstorable = (text: string) => text.includes('\0') || !text.isWellFormed();
const unstorable: TextRule = {
  refusesName: isUnstorable,
  refusesText: isUnstorable,
  problem: (path) => ({ path: spell(path), message: 'must not contain NUL or a lone surrogate' }),
};

/** Looks at every name and every text, at any depth. Without recursion: a body may be nested deeply. */
function findProblems(value: unknown, rule: TextRule): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const open: Node[] = [{ value, key: '', parent: null }];
  for (let node = open.pop(); node !== undefined && problems.length < maxProblems; node = open.pop()) {
    if (typeof node.value === 'string' && rule.refusesText(node.value)) problems.push(rule.problem(pathOf(node)));
    if (!isPlain(node.value)) continue;
    for (const key of Object.keys(node.value)) {
      if (rule.refusesName(key)) problems.push(rule.problem([...pathOf(node), key]));
      else open.push({ value: Reflect.get(node.value, key), key, parent: node });
    }
  }
  return problems;
}

/** A list, or names and values: with no prototype, or one that is its own beginning, as query strings have. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The last steps to a node, enough to find it. */
function pathOf(node: Node): string[] {
  const path: string[] = [];
  for (let step = node; step.parent !== null && path.length < shownSteps; step = step.parent) path.unshift(step.key);
  return path;
}
