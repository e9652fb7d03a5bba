import type { Telemetry } from '../control/ports.ts';
import type { EventName, MetricName } from '../control/telemetry.ts';

/** Keeps what was logged and counted, for a caller to look at. */
export class MemoryTelemetry implements Telemetry {
  readonly events: { level: 'info' | 'warn' | 'error'; name: EventName; fields: Readonly<Record<string, unknown>> }[] =
    [];
  readonly published = new Map<MetricName, number>();
  readonly measured = new Map<MetricName, number[]>();
  readonly #counted = new Map<MetricName, number>();

  event(level: 'info' | 'warn' | 'error', name: EventName, fields: Readonly<Record<string, unknown>>): void {
    this.events.push({ level, name, fields });
  }

  count(metric: MetricName, value: number): void {
    if (value === 0) return;
    this.#counted.set(metric, (this.#counted.get(metric) ?? 0) + value);
  }

  gauge(metric: MetricName, value: number): void {
    this.#counted.set(metric, value);
  }

  measure(metric: MetricName, value: number): void {
    this.measured.set(metric, [...(this.measured.get(metric) ?? []), value]);
  }

  publish(): void {
    for (const [metric, value] of this.#counted) this.published.set(metric, (this.published.get(metric) ?? 0) + value);
    this.#counted.clear();
  }
}
