const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const;

/** `42 s`, `3 min`, `2 h 5 min`, `4 d 1 h`: the two largest units. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const index = UNITS.findIndex(([, size]) => whole >= size);
  const unit = UNITS[index];
  if (unit === undefined) return `${whole} s`;
  const [name, size] = unit;
  const rest = whole % size;
  const next = UNITS[index + 1];
  const smaller = next === undefined ? 0 : Math.floor(rest / next[1]);
  return `${Math.floor(whole / size)} ${name}${smaller > 0 && next !== undefined ? ` ${smaller} ${next[0]}` : ''}`;
}

/** `1 worker`, `2 workers`. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
