import { toJobError } from '../jobError.ts';
import { toLabellerSchema, type FromLabeller } from './labellerProtocol.ts';

type Load = Extract<ReturnType<(typeof toLabellerSchema)['parse']>, { type: 'load' }>;
type Label = Extract<ReturnType<(typeof toLabellerSchema)['parse']>, { type: 'label' }>['request'];

/**
 * A labelling process's side of the protocol: loads one model and labels batches until its job goes. It writes no files,
 * so it may be ended at any moment. Without a SIGTERM handler, as in `serveJobs`.
 */
export function serveLabeller(): void {
  if (process.send === undefined) {
    console.error('This is a labelling process of "dgan"; it is started by it and not by hand.');
    process.exitCode = 2;
    return;
  }
  // Ctrl+C in a terminal reaches the whole process group; the job says what it means.
  process.on('SIGINT', () => undefined);
  // Nobody is left to work for.
  process.on('disconnect', () => process.exit(1));
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  let label: ((request: Label) => Promise<FromLabeller>) | undefined;
  const handle = async (message: unknown): Promise<FromLabeller> => {
    const said = toLabellerSchema.parse(message);
    if (said.type === 'load') {
      label = await loaded(said);
      return { type: 'ready' };
    }
    if (label === undefined) throw new Error('The labelling process was asked before it was ready.');
    return label(said.request);
  };
  process.on('message', (message) => void handle(message).then(send, fail));
  // Loads the runtime while the job still builds the model.
  void runtime();
}

/** Imported here, so that the other role of the worker does not pay for it. */
async function runtime() {
  const [{ labelBatch }, { Labeller }, { nodeRuntime }] = await Promise.all([
    import('../../dataset/labelBatch.ts'),
    import('../../interpreter/labeller.ts'),
    import('../../engine/session.ts'),
  ]);
  await nodeRuntime();
  return { labelBatch, Labeller };
}

async function loaded({ model, task }: Load): Promise<(request: Label) => Promise<FromLabeller>> {
  const { labelBatch, Labeller } = await runtime();
  const options = { provider: 'cpu', cpuFallback: 'allow', threads: 1 } as const;
  const labeller = await Labeller.load(model, task.settings.batch, task.zSize, options);
  return async (request) => ({ type: 'labelled', images: await labelBatch(labeller, task, request) });
}

function send(message: FromLabeller, then?: () => void): void {
  // When the job has gone, 'disconnect' ends this process.
  if (process.connected) process.send?.(message, undefined, undefined, () => then?.());
}

function fail(error: unknown): void {
  send({ type: 'failed', error: toJobError(error, false) }, () => process.exit(1));
}
