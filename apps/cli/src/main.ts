import { dev } from './commands/dev.ts';
import { generate } from './commands/generate.ts';
import { keys } from './commands/keys.ts';
import { loadDotenv } from './load-dotenv.ts';
import { runCommand } from './run-command.ts';
import { UsageError } from './usage-error.ts';

const commands = { generate, dev, keys };

await runCommand(process.argv.slice(2), async ([name = '', ...args], signal) => {
  if (name !== 'generate' && name !== 'dev' && name !== 'keys')
    throw new UsageError(`There is no command "${name}": use pnpm generate, pnpm dev or pnpm keys.`);
  loadDotenv();
  await commands[name](args, signal);
});
