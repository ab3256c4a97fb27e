import { parentPort } from 'node:worker_threads';
import { UserError } from '../../base/userError.ts';
import { readerTasks, type ReaderReply, type ReaderRequest } from './readerTasks.ts';

// The reader thread's own side.

const port = parentPort;
if (!port) throw new Error('The reader runs as a worker thread only.');

port.on('message', ({ id, task, args }: ReaderRequest) => {
  const run = readerTasks[task] as (...args: readonly unknown[]) => Promise<unknown>;
  run(...args).then(
    (ok) => port.postMessage({ id, ok } satisfies ReaderReply),
    (error: unknown) =>
      port.postMessage({
        id,
        problem: error instanceof Error ? error.message : String(error),
        isBug: !(error instanceof UserError),
      } satisfies ReaderReply),
  );
});
