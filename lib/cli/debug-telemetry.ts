import type { Telemetry } from '../control/ports.ts';
import type { CliIo } from './io.ts';
import type { Env } from './target.ts';

/**
 * Log events on standard error when DEBUG is set, else nowhere: a command prints what it did itself. Metrics are
 * dropped, since only the functions' own log groups turn them into CloudWatch metrics.
 */
export function debugTelemetry({ stderr }: CliIo, env: Env): Telemetry {
  const shows = (env['DEBUG'] ?? '') !== '';
  return {
    event(level, name, fields) {
      if (shows) stderr.write(`${JSON.stringify({ level, event: name, ...fields })}\n`);
    },
    count: () => undefined,
    gauge: () => undefined,
    measure: () => undefined,
    publish: () => undefined,
  };
}
