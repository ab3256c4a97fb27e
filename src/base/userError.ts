/**
 * An error meant for the person: its message is one clear sentence that names what is wrong and, where it is
 * known, what to do. Everything else that is thrown is a defect of ours and keeps its stack trace.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The sentence of any thrown value, for a message or a log line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
