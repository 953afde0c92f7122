import { dev } from './commands/dev.ts';
import { generate } from './commands/generate.ts';
import { loadDotenv } from './load-dotenv.ts';
import { runCommand } from './run-command.ts';
import { UsageError } from './usage-error.ts';

const commands = { generate, dev };

await runCommand(process.argv.slice(2), async ([name = '', ...args], signal) => {
  if (name !== 'generate' && name !== 'dev') throw new UsageError(`There is no command "${name}": use pnpm generate or pnpm dev.`);
  loadDotenv();
  await commands[name](args, signal);
});
