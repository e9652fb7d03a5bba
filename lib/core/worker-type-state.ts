/** How a worker type stands, in a word. */
export type WorkerTypeState =
  | 'ok'
  | 'disabled'
  | 'invalid'
  | 'paused'
  | 'backlog-unknown'
  | 'workers-unknown'
  | 'backing-off'
  | 'suspended'
  | 'workers-die'
  | 'short'
  | 'unanswered'
  | 'failed';
