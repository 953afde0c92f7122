/** Settings of the caller's environment that would lead a run to other servers, or spend the keys of real providers. */
const foreign = ['DATABASE_URL', 'NATS_URL', 'SIMULATOR_URL', 'FAL_KEY', 'REPLICATE_API_TOKEN', 'OPENAI_API_KEY'];

/** A bench is a crowd behind three keys: what limits one user stays on and counts, and is never reached. */
const unlimited = {
  RATE_LIMIT_WRITES_PER_MINUTE: '100000000',
  RATE_LIMIT_READS_PER_MINUTE: '100000000',
  RATE_LIMIT_PER_IP_PER_MINUTE: '100000000',
  MAX_QUEUED_PER_USER: '100000000',
  MAX_RUNNING_PER_USER: '1000',
};

/** Takes the foreign settings away, be they given as a value or as a file, and raises the limits. */
export const isolatedEnv: NodeJS.ProcessEnv = {
  ...Object.fromEntries(foreign.flatMap((name) => [name, `${name}_FILE`]).map((name) => [name, undefined])),
  ...unlimited,
};
