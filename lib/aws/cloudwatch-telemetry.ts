import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Telemetry } from '../control/ports.ts';
import { type EventName, METRIC_DIMENSION, METRIC_NAMESPACE, type MetricName } from '../control/telemetry.ts';

/** Log events as JSON lines, metrics as embedded metric format on stdout: no API call, no permission. */
export class CloudwatchTelemetry implements Telemetry {
  /** For middleware that adds the invocation's context to each line. */
  readonly logger: Logger;
  readonly #metrics: Metrics;
  readonly #counted = new Map<MetricName, number>();
  readonly #measured: { readonly metric: MetricName; readonly value: number }[] = [];

  constructor(provisionerId: string, service: 'provision' | 'reap' | 'check') {
    this.logger = new Logger({ serviceName: service, persistentKeys: { provisionerId } });
    this.#metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: service });
    // Powertools adds the service as a dimension; each further dimension makes another billed metric.
    this.#metrics.clearDefaultDimensions();
    this.#metrics.setDefaultDimensions({ [METRIC_DIMENSION]: provisionerId });
  }

  event(level: 'info' | 'warn' | 'error', name: EventName, fields: Readonly<Record<string, unknown>>): void {
    this.logger[level](name, { event: name, ...fields });
  }

  count(metric: MetricName, value: number): void {
    if (value === 0) return;
    this.#counted.set(metric, (this.#counted.get(metric) ?? 0) + value);
  }

  gauge(metric: MetricName, value: number): void {
    this.#counted.set(metric, value);
  }

  measure(metric: MetricName, value: number): void {
    this.#measured.push({ metric, value });
  }

  publish(): void {
    if (this.#counted.size === 0 && this.#measured.length === 0) return;
    for (const [metric, value] of this.#counted) this.#metrics.addMetric(metric, unitOf(metric), value);
    this.#counted.clear();
    // Values of one name become a list, whose percentiles CloudWatch knows.
    for (const { metric, value } of this.#measured.splice(0)) this.#metrics.addMetric(metric, unitOf(metric), value);
    this.#metrics.publishStoredMetrics();
  }
}

/** Units come last in names. */
function unitOf(metric: MetricName): (typeof MetricUnit)[keyof typeof MetricUnit] {
  if (metric.endsWith('Seconds')) return MetricUnit.Seconds;
  return metric.endsWith('UsdPerHour') ? MetricUnit.NoUnit : MetricUnit.Count;
}
