import type { Env } from './target.ts';

/** Who acts: what the option says, else what the environment knows; undefined when neither does. */
export function personOf(option: string | undefined, env: Env): string | undefined {
  const names = [option, env['GIT_AUTHOR_NAME'], env['USER'], env['USERNAME']].map((name) => name?.trim() ?? '');
  return names.find((name) => name !== '');
}
