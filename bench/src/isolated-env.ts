/** Settings of the caller's environment that would lead a run to other servers, or spend the keys of real providers. */
const foreign = ['DATABASE_URL', 'NATS_URL', 'SIMULATOR_URL', 'FAL_KEY', 'REPLICATE_API_TOKEN', 'OPENAI_API_KEY'];

/** Takes all of them away, be they given as a value or as a file. */
export const isolatedEnv: NodeJS.ProcessEnv = Object.fromEntries(
  foreign.flatMap((name) => [name, `${name}_FILE`]).map((name) => [name, undefined]),
);
