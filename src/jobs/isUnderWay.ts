/** Of a job's journal: it runs, or waits to; it has not ended. */
export function isUnderWay<J extends { readonly state: string }>(
  journal: J,
): journal is Extract<J, { readonly state: 'queued' | 'running' }> {
  return journal.state === 'queued' || journal.state === 'running';
}
