import type { LocalEvent } from '../local-mode.ts';

/** One line for an event that a person wants to see, undefined for the rest. */
export function eventLine(event: LocalEvent): string | undefined {
  switch (event.source) {
    case 'provision':
      return provisionLine(event.fields);
    case 'reap':
      return event.fields['event'] === 'worker-reaped'
        ? `reaped     ${text(event.fields['workerId'])}  ${text(event.fields['reason'])}`
        : failureLine(event.fields);
    case 'check':
      return failureLine(event.fields);
    case 'machine':
      return machineLine(event.instanceId, event.event);
    case 'bus':
      return event.event['detail-type'] === 'Worker Type State Change' ? noticeLine(event.event.detail) : undefined;
    case 'ec2':
      return event.event.detail['instance-action'] === undefined
        ? undefined
        : `notice     ${text(event.event.detail['instance-id'])}  spot interruption`;
  }
}

function provisionLine(fields: Readonly<Record<string, unknown>>): string | undefined {
  switch (fields['event']) {
    case 'worker-type-planned':
      // A hold is what the status line shows; a launch is news.
      return String(fields['decision']).startsWith('launch')
        ? `decided    ${text(fields['workerType'])}  ${text(fields['decision'])}`
        : undefined;
    case 'launch-answered': {
      const refusals = list(fields['refusals']);
      const refused = refusals.length === 0 ? '' : `; refused: ${refusals.slice(0, 2).join('; ')}`;
      return `launched   ${text(fields['workerType'])}  ${list(fields['workerIds']).length} workers for ${text(fields['asked'])} tasks${refused}`;
    }
    case 'worker-type-invalid':
      return `invalid    ${text(fields['workerType'])}  ${JSON.stringify(fields['problems'])}`;
    default:
      return failureLine(fields);
  }
}

function noticeLine({ workerType, from, to, attention, decision }: Readonly<Record<string, unknown>>): string {
  const mark = attention === true ? 'attention ' : 'changed   ';
  return `${mark} ${text(workerType)}  ${text(from ?? 'new')} -> ${text(to)}: ${text(decision)}`;
}

function machineLine(instanceId: string, event: Readonly<Record<string, unknown>>): string | undefined {
  switch (event['event']) {
    case 'worker-leaving':
      return `left       ${instanceId}  ${text(event['reason'])}`;
    case 'task-failed':
      return `task fails ${instanceId}  ${text(event['taskId'])}  ${JSON.stringify(event).slice(0, 200)}`;
    case 'no-process':
      return `no process ${instanceId}  more than ${text(event['maxProcesses'])} workers: this one is a record only`;
    case 'cannot-start':
      return `no start   ${instanceId}  ${text(event['cause'])}`;
    default:
      return undefined;
  }
}

const failureLine = (fields: Readonly<Record<string, unknown>>): string | undefined =>
  fields['level'] === 'ERROR' || fields['level'] === 'WARN'
    ? `trouble    ${text(fields['event'] ?? fields['message'])}  ${JSON.stringify({ ...fields, timestamp: undefined }).slice(0, 300)}`
    : undefined;

const text = (value: unknown): string => String(value);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
