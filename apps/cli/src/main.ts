import { credits } from './commands/credits.ts';
import { dev } from './commands/dev.ts';
import { generate } from './commands/generate.ts';
import { keys } from './commands/keys.ts';
import { ledger } from './commands/ledger.ts';
import { loadDotenv } from './load-dotenv.ts';
import { runCommand } from './run-command.ts';
import { UsageError } from './usage-error.ts';

const commands = { generate, dev, keys, credits, ledger };
type CommandName = keyof typeof commands;

await runCommand(process.argv.slice(2), async ([name = '', ...args], signal) => {
  if (!isCommand(name))
    throw new UsageError(
      `There is no command "${name}": use ${Object.keys(commands)
        .map((each) => `pnpm ${each}`)
        .join(', ')}.`,
    );
  loadDotenv();
  await commands[name](args, signal);
});

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}
