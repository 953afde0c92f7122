import { AppError } from '@imagegen/core/errors/app-error';
import { type GenerationInput, generationInputSchema } from '@imagegen/core/generation/input';
import { type FieldProblem, validate } from '@imagegen/core/validation/validate';
import { commandOptions, inputOptions } from './generate-options.ts';
import { type ParsedOptions, parseOptions } from './parse-options.ts';
import { UsageError } from './usage-error.ts';

export type GenerateArguments = { input: GenerationInput; out: string | undefined; json: boolean; waitSeconds: number };

const table = {
  ...Object.fromEntries(Object.entries(inputOptions).map(([name, option]) => [name, { ...option, type: 'string' as const }])),
  ...commandOptions,
};
const defaultWaitSeconds = 300;

/** What was asked for, checked as the gateway would check it; `help` when that was asked for. Throws UsageError. */
export function parseGenerateArguments(args: readonly string[]): GenerateArguments | 'help' {
  const options = parseOptions(args, table);
  if (options.values.has('help')) return 'help';
  return {
    input: checked(readInput(options)),
    out: options.values.get('out')?.at(-1),
    json: options.values.has('json'),
    waitSeconds: readWait(options.values.get('wait')?.at(-1)),
  };
}

function readInput({ positionals, values }: ParsedOptions): Record<string, unknown> {
  const [prompt, ...more] = positionals;
  if (prompt === undefined) throw new UsageError('Say what to draw: pnpm generate "a lighthouse at dawn".');
  if (more.length > 0) throw new UsageError(`Put the prompt in quotes: after "${prompt}" there is also "${more[0]}".`);
  const input: Record<string, unknown> = { prompt };
  for (const [name, { field }] of Object.entries(inputOptions)) {
    const value = values.get(name)?.at(-1);
    if (value !== undefined) input[field] = field === 'negative_prompt' ? value : numberOrText(value);
  }
  const loras = values.get('lora');
  if (loras) input.loras = loras.map(readLora);
  return input;
}

function readLora(text: string): { id: unknown; weight?: unknown } {
  const [id = '', weight, ...rest] = text.split(':');
  if (id === '' || weight === '' || rest.length > 0) throw new UsageError(`--lora must look like 309 or 309:1.2, not "${text}".`);
  return { id: numberOrText(id), ...(weight !== undefined && { weight: numberOrText(weight) }) };
}

/** What is not a number stays as it is, so that the check can say what it should be. */
function numberOrText(text: string): number | string {
  return /^-?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : text;
}

function readWait(text: string | undefined): number {
  const seconds = text === undefined ? defaultWaitSeconds : numberOrText(text);
  if (typeof seconds === 'string' || seconds < 0 || seconds > 86_400)
    throw new UsageError('--wait must be a number of seconds from 0 to 86400.');
  return seconds;
}

function checked(input: Record<string, unknown>): GenerationInput {
  try {
    return validate(generationInputSchema, input);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const fields = (error.details?.fields ?? []) as FieldProblem[];
    throw new UsageError(`${fields.map(({ path, message }) => `${optionOf(path)} ${message}`).join('; ')}.`, error.details);
  }
}

function optionOf(path: string): string {
  const [field, , part = ''] = path.split('.');
  if (field === 'prompt') return 'The prompt';
  if (field === 'loras') return `--lora ${part}`.trimEnd();
  const option = Object.entries(inputOptions).find((entry) => entry[1].field === field);
  return option ? `--${option[0]}` : path;
}
