import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { addDoctorCommand } from './commands/doctor.ts';
import { addErrorsCommand } from './commands/errors.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addImportCommand } from './commands/import.ts';
import { addPauseCommand } from './commands/pause.ts';
import { addPreviewCommand } from './commands/preview.ts';
import { addReapCommand } from './commands/reap.ts';
import { addResumeCommand } from './commands/resume.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTickCommand } from './commands/tick.ts';
import { addWakeCommand } from './commands/wake.ts';
import { addApplyCommand } from './commands/worker-types-apply.ts';
import { addDeleteCommand } from './commands/worker-types-delete.ts';
import { addDiffCommand } from './commands/worker-types-diff.ts';
import { addGetCommand } from './commands/worker-types-get.ts';
import { addHistoryCommand } from './commands/worker-types-history.ts';
import { addListCommand } from './commands/worker-types-list.ts';
import { addRestoreCommand } from './commands/worker-types-restore.ts';
import { addShowCommand } from './commands/worker-types-show.ts';
import { addValidateCommand } from './commands/worker-types-validate.ts';
import { addWorkersListCommand } from './commands/workers-list.ts';
import { addTerminateCommand } from './commands/workers-terminate.ts';
import { type ExitCode, exitCodeHelp, exitCodes } from './exit-codes.ts';
import { examples } from './help.ts';
import { reportError } from './report-error.ts';
import { type CliContext, createSession } from './session.ts';
import type { GlobalOptions } from './target.ts';

/** Help is as wide as the docs show it, on every terminal. */
const HELP_COLUMNS = 100;

/** Runs one command line (without node and script) and answers the exit code. Never throws. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<ExitCode> {
  try {
    const program = createProgram(context, argv);
    await program.parseAsync(spellOutLocal(argv), { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    // A group without a command: its help has just been shown.
    if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage;
    return reportError(error, context, argv.includes('--json'), pc.createColors(context.io.colour));
  }
}

/** The whole command tree, for a command line (none: as it is documented). */
export function createProgram(context: CliContext, argv: readonly string[] = []): Command {
  const { io } = context;
  const program = new Command('provisioner');
  const session = createSession(context, () => program.opts<GlobalOptions>());
  program
    .description('Looks after the worker types and workers of one Spot Provisioner.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // runCli reports it, as text or JSON.
      outputError: () => undefined,
      getOutHelpWidth: () => HELP_COLUMNS,
      getErrHelpWidth: () => HELP_COLUMNS,
      getOutHasColors: () => io.colour,
      getErrHasColors: () => io.colour,
    })
    .configureHelp({ showGlobalOptions: true });
  // The program would take the `--version N` of these commands for a question about itself.
  if (!argv.includes('worker-types')) program.version(context.version);
  addGlobalOptions(program);
  program.addHelpText('after', () => `\n${rootHelp}`);

  const workerTypes = program
    .command('worker-types')
    .summary('definitions of worker types')
    .description('Definitions of worker types.');
  addListCommand(workerTypes, session);
  addGetCommand(workerTypes, session);
  addValidateCommand(workerTypes, session);
  addApplyCommand(workerTypes, session);
  addDeleteCommand(workerTypes, session);
  addHistoryCommand(workerTypes, session);
  addShowCommand(workerTypes, session);
  addDiffCommand(workerTypes, session);
  addRestoreCommand(workerTypes, session);
  workerTypes.addHelpText('after', examples(['provisioner worker-types list', 'List the worker types.']));
  addStatusCommand(program, session);
  addExplainCommand(program, session);
  addErrorsCommand(program, session);
  addPreviewCommand(program, session);
  addDoctorCommand(program, session);
  const workers = program
    .command('workers')
    .summary('machines that the provisioner launched')
    .description('Machines that the provisioner launched.');
  addWorkersListCommand(workers, session);
  addTerminateCommand(workers, session);
  workers.addHelpText('after', examples(['provisioner workers list', 'List the workers.']));
  addPauseCommand(program, session);
  addResumeCommand(program, session);
  addWakeCommand(program, session);
  addTickCommand(program, session);
  addReapCommand(program, session);
  addImportCommand(program, session);
  return program;
}

function addGlobalOptions(program: Command): void {
  program
    .option('--provisioner <ID>', 'which provisioner (env PROVISIONER_ID)')
    .option('--region <REGION>', 'region of its tables and queues (env AWS_REGION, AWS_DEFAULT_REGION)')
    .option('--regions <LIST>', 'all regions of its workers, with commas between (env REGIONS; default --region)')
    .option(
      '--worker-types-table <NAME>',
      'table of definitions (env WORKER_TYPES_TABLE; default SpotProvisioner-<ID>-WorkerTypes)',
    )
    .option('--state-table <NAME>', 'table of everything else (env STATE_TABLE; default SpotProvisioner-<ID>-State)')
    .option('--event-bus <NAME>', 'event bus (env EVENT_BUS; default SpotProvisioner-<ID>)')
    .option(
      '--worker-instance-profile-arn <ARN>',
      'instance profile of the workers, for tick and preview (env WORKER_INSTANCE_PROFILE_ARN)',
    )
    .option('--local [FOLDER]', 'the running local mode of this folder (default .local) instead of AWS')
    .option('--json', 'print JSON, errors as {"error": {...}} on standard error');
}

const rootHelp = `Which provisioner is meant is said by options, else by the environment, else by defaults.

${exitCodeHelp}
${examples(
  ['provisioner --provisioner ci --region eu-central-1 status', 'How does every worker type of "ci" stand?'],
  ['provisioner --local status', 'The same for the local mode that runs in this folder.'],
  ['provisioner worker-types apply worker-types/*.yaml --dry-run', 'What would these files change?'],
  ['provisioner explain ci-linux', 'Why is nothing, or not enough, launching for ci-linux?'],
  ['provisioner preview ci-linux.yaml', 'What would this definition launch, where, and at what cost?'],
  ['provisioner tick --dry-run --json', 'What would the next tick launch, and with which requests?'],
)}`;

/**
 * Gives a bare `--local` its default folder: commander would take the next word, as in `--local status`, for the
 * folder. A word that is a path and no file of definitions is one.
 */
function spellOutLocal(argv: readonly string[]): string[] {
  return argv.flatMap((word, index) => {
    if (word === '--local') return isFolder(argv[index + 1]) ? [word] : ['--local=.local'];
    return [word];
  });
}

const isFolder = (word: string | undefined): boolean =>
  word !== undefined && /^\.|\/|\\/.test(word) && !/\.(ya?ml|json)$/.test(word);
