import { messageOf } from '../../base/userError.ts';
import { JobStopped, toJobError } from '../jobError.ts';
import type { Compute } from '../protocol.ts';
import type { ImagePredictor } from './imagePredictor.ts';
import {
  toInteractiveSchema,
  type FromInteractive,
  type InterpreterPrediction,
  type PredictionRequest,
} from './interactiveProtocol.ts';

/**
 * The interactive child's side of the protocol: answers questions, one at a time, until its editor goes. It may be ended
 * at any moment. Without a SIGTERM handler, as in `serveJobs`.
 */
export function serveInteractive(): void {
  if (process.send === undefined) {
    console.error('This is the interactive process of an editor; it is started by it and not by hand.');
    process.exitCode = 2;
    return;
  }
  // Ctrl+C where the editor was started is the editor's to interpret.
  process.on('SIGINT', () => undefined);
  // Nobody is left to work for.
  process.on('disconnect', () => process.exit(1));

  let predictor: Promise<ImagePredictor> | undefined;
  const waiting = new Map<number, AbortController>();
  let last: Promise<unknown> = Promise.resolve();

  const answer = async (id: number, request: PredictionRequest, signal: AbortSignal): Promise<void> => {
    let reply: { ok: InterpreterPrediction } | { err: ReturnType<typeof toJobError> };
    try {
      if (predictor === undefined) throw new Error('The interactive process was asked before it was told to begin.');
      signal.throwIfAborted();
      const { predictAndKeep } = await import('./predictAndKeep.ts');
      reply = { ok: await predictAndKeep(await predictor, request, signal) };
    } catch (error) {
      reply = { err: toJobError(error, signal.aborted) };
    }
    waiting.delete(id);
    send({ type: 'reply', id, memory: process.memoryUsage.rss(), reply });
  };

  process.on('message', (message) => {
    const parsed = toInteractiveSchema.safeParse(message);
    if (!parsed.success) {
      const said = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
      refuse(message, said);
      return;
    }
    const said = parsed.data;
    switch (said.type) {
      case 'begin':
        predictor ??= createPredictor(said.compute);
        // Said in the answers.
        predictor.catch(() => undefined);
        return;
      case 'cancel':
        waiting.get(said.id)?.abort(new JobStopped('Nobody waits for it any more.'));
        return;
      case 'predict': {
        const abort = new AbortController();
        waiting.set(said.id, abort);
        last = last.then(() => answer(said.id, said.request, abort.signal));
      }
    }
  });
}

/** Imported here, so that the other roles of the worker do not pay for it. */
async function createPredictor(compute: Compute): Promise<ImagePredictor> {
  const [{ ImagePredictor }, { chosenProvider }] = await Promise.all([
    import('./imagePredictor.ts'),
    import('../run/chosenProvider.ts'),
  ]);
  const chosen = await chosenProvider({
    compute,
    log: (line) => send({ type: 'log', line }),
    provider: (provider) => send({ type: 'provider', provider }),
  });
  return new ImagePredictor({ ...chosen, cpuFallback: 'allow' });
}

/** Every question gets an answer, also one that was not understood. */
function refuse(message: unknown, problem: string): void {
  const id: unknown = typeof message === 'object' && message !== null && 'id' in message ? message.id : undefined;
  if (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0) {
    const err = { kind: 'bug' as const, message: `The interactive process does not understand this: ${problem}.` };
    send({ type: 'reply', id, memory: process.memoryUsage.rss(), reply: { err } });
  } else send({ type: 'refused', problem });
}

function send(message: FromInteractive): void {
  // When the editor has gone, 'disconnect' ends this process.
  if (process.connected)
    process.send?.(message, undefined, undefined, (error) => {
      if (error !== null) console.error(`could not reach the editor: ${messageOf(error)}`);
    });
}
