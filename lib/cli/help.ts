/** The `Examples:` part of a help text. */
export const examples = (...lines: readonly (readonly [command: string, meaning: string])[]): string =>
  ['\nExamples:', ...lines.flatMap(([command, meaning]) => [`  # ${meaning}`, `  $ ${command}`])].join('\n');
