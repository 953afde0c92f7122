/** The command line says something that cannot be done; the message is the whole answer. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly details: Record<string, unknown> | undefined;

  constructor(message: string, details?: Record<string, unknown>) {
    super(message);
    this.details = details;
  }
}
