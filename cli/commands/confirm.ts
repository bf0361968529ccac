import type { Answer } from '#agent';
import { confirmWrite } from '#agent';
import { ownConfirmations } from '../asker.ts';
import type { Console } from '../console.ts';
import { answerExitCode } from '../exit-code.ts';
import { databaseFile, openForStatements } from '../open-database.ts';
import { printAnswer, SHOWN_ROWS } from '../print-answer.ts';
import { ServiceClient } from '../service-client.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

/** `heliosdb confirm`: makes a change that `ask` has shown, once. */
export const run: Run = async (args, console) => {
  const [token, ...others] = args.positionals;
  if (token === undefined || others.length > 0) {
    throw usageError('confirm takes one token', 'heliosdb ask "set … to …" prints one');
  }
  const answer = await confirmed(token, { args, console });
  if (args.isSet('json')) await write(console.out, `${JSON.stringify(answer)}\n`);
  else await printAnswer(answer, { console, shownRows: SHOWN_ROWS });
  return answerExitCode(answer, console.signal.aborted);
};

async function confirmed(
  token: string,
  { args, console }: { readonly args: Arguments; readonly console: Console },
): Promise<Answer> {
  const confirmations = ownConfirmations(console);
  await using opened = await openForStatements(console, databaseFile(args, console));
  // What the service has shown is the service's to make; a command of this user kept its own.
  if (opened.service !== null && !(await confirmations.knows(token))) {
    return await new ServiceClient(opened.service).confirm(token);
  }
  const { database } = opened;
  const pending = await confirmations.redeem(token, database);
  return await confirmWrite({ pending, database, signal: console.signal });
}
