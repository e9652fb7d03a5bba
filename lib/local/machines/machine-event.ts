/**
 * Something a machine said. The worker's own lines carry its event names; besides them there are `output` (any other
 * line), `no-process` (the instance is a record only) and `cannot-start`.
 */
export interface MachineEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Reads a line that a worker printed. */
export function parseMachineLine(line: string): MachineEvent {
  try {
    const found: unknown = JSON.parse(line);
    if (typeof found === 'object' && found !== null && 'event' in found && typeof found.event === 'string') {
      return { ...found, event: found.event };
    }
  } catch {
    // Not JSON: somebody printed something.
  }
  return { event: 'output', line };
}
