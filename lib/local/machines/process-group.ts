/** Kills a whole process group at once. One that is gone already is no error. */
export function killGroup(groupId: number): void {
  try {
    process.kill(-groupId, 'SIGKILL');
  } catch {
    // Gone.
  }
}
