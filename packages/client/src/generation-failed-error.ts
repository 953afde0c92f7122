import type { GenerationOutput } from './procedure-types.ts';

/** The generation ended `failed`; nothing was charged. `code` and `message` say why, `output` is everything known about it. */
export class GenerationFailedError extends Error {
  override readonly name = 'GenerationFailedError';
  readonly code: string;
  readonly output: GenerationOutput;

  constructor(output: GenerationOutput) {
    super(output.error?.message ?? 'The generation failed.');
    this.code = output.error?.code ?? 'INTERNAL';
    this.output = output;
  }
}
