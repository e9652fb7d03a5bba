import { PassThrough } from 'node:stream';
import { createProgram } from '../lib/cli/program.ts';

const INTRODUCTION = `# Command line

\`provisioner\` edits the worker types of a provisioner, shows how they stand, and runs its loops by hand.
In a clone it is started with \`npm run provisioner --\` or \`bin/provisioner\`. This page is made from the commands' own
help by \`scripts/generate-cli-docs.ts\`; the global options, which every command takes, are shown once.
`;

/** The commands whose help is shown, in the order of the page. */
const COMMANDS = [
  [],
  ['worker-types', 'list'],
  ['worker-types', 'get'],
  ['worker-types', 'validate'],
  ['worker-types', 'apply'],
  ['worker-types', 'delete'],
  ['status'],
  ['doctor'],
  ['workers', 'list'],
  ['workers', 'terminate'],
  ['tick'],
  ['reap'],
  ['import'],
] as const;

/** The text of docs/cli.md: the help of every command. */
export function cliDocs(): string {
  const sections = COMMANDS.map((path) => {
    const title = ['provisioner', ...path].join(' ');
    return `## ${title}\n\n\`\`\`text\n${withoutGlobalOptions(helpOf(path)).trimEnd()}\n\`\`\`\n`;
  });
  return `${[INTRODUCTION, ...sections].join('\n')}`;
}

/** They stand under the first heading already. */
const withoutGlobalOptions = (help: string): string => help.replace(/Global Options:\n(?:.+\n)+\n/, '');

function helpOf(path: readonly string[]): string {
  const written: string[] = [];
  const sink = { write: (text: string) => written.push(text) };
  const program = createProgram({
    io: { stdout: sink, stderr: sink, stdin: new PassThrough(), canAsk: false, colour: false },
    env: {},
    connect: () => Promise.reject(new Error('help connects to nothing')),
    version: '',
  });
  const command = path.reduce((parent, name) => {
    const child = parent.commands.find((candidate) => candidate.name() === name);
    if (child === undefined) throw new Error(`there is no command ${name}`);
    return child;
  }, program);
  command.outputHelp();
  return written.join('');
}
