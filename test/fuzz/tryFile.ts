import { messageOf, UserError } from '../../src/base/userError.ts';
import { readCheckpoint } from '../../src/stylegan/readCheckpoint.ts';

/** Nothing may take longer. */
export const MOST_MILLISECONDS = 2000;

/**
 * Reads a file that may be anything.
 * @returns what is wrong with how it was read: undefined when it was read, or refused with one clear sentence.
 */
export function tryFile(bytes: Uint8Array): string | undefined {
  const started = performance.now();
  const wrong = outcome(bytes);
  const milliseconds = performance.now() - started;
  return wrong ?? (milliseconds > MOST_MILLISECONDS ? `it took ${milliseconds.toFixed(0)} ms` : undefined);
}

/** Of a conditional generator any class. */
function read(bytes: Uint8Array): void {
  try {
    readCheckpoint(bytes, 'x.pt');
  } catch (error) {
    if (!/ is conditional: choose one of its /.test(messageOf(error))) throw error;
    readCheckpoint(bytes, 'x.pt', { chosenClass: 0 });
  }
}

function outcome(bytes: Uint8Array): string | undefined {
  try {
    read(bytes);
    return undefined;
  } catch (error) {
    const message = messageOf(error);
    if (!(error instanceof UserError))
      return `not a sentence: ${error instanceof Error ? (error.stack ?? message) : message}`;
    if (!/^x\.pt[: ].*\.$/.test(message) || message.length > 600 || /[\x00-\x1f\x7f]/.test(message))
      return `not one clear sentence: ${message}`;
    return undefined;
  }
}
