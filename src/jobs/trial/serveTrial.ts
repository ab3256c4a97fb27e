import { messageOf } from '../../base/userError.ts';
import { toTrialSchema, type FromTrial } from './trialProtocol.ts';

/** A process that runs one strange model, and ends: what it does to its process harms nobody. */
export function serveTrial(): void {
  if (process.send === undefined) {
    console.error('This is a process of "dgan import"; it is started by it and not by hand.');
    process.exitCode = 2;
    return;
  }
  // Ctrl+C in a terminal reaches the whole process group; the job says what it means.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(1));
  process.once('message', (message) => {
    void answer(message).then((said) => process.send?.(said, undefined, undefined, () => process.exit(0)));
  });
}

async function answer(message: unknown): Promise<FromTrial> {
  try {
    const { model, zSize } = toTrialSchema.parse(message);
    const { tryOut } = await import('../../stylegan/onnx/trial.ts');
    return { type: 'done', trial: await tryOut(model, zSize) };
  } catch (error) {
    return { type: 'failed', reason: messageOf(error) };
  }
}
