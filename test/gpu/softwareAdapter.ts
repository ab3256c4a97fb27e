import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Runs a script in a process where onnxruntime's WebGPU provider finds SwiftShader, a Vulkan driver in software that
 * Debian's chromium brings. The variable that names it must stand before a process begins, hence the child.
 *
 * The script calls `answerOnSoftwareAdapter`. Typed arrays survive the way.
 * On Linux x64 a missing driver is a failure, elsewhere the test is skipped and says so.
 */
export async function runOnSoftwareAdapter(context: Mocha.Context, script: URL, message: unknown): Promise<unknown> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.error(
      `\n*** SKIPPED, so the GPU path is NOT TESTED here: there is no software adapter on ${process.platform} ${process.arch}. ***\n`,
    );
    return context.skip();
  }
  if (!existsSync(driver)) {
    throw new Error(`The software adapter ${driver} is missing: apt-get install chromium libvulkan1`);
  }
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(script), {
      execArgv: ['--import=tsx'],
      serialization: 'advanced',
      env: { ...process.env, VK_DRIVER_FILES: driver },
      silent: true,
      timeout: 300_000,
    });
    let log = '';
    child.stdout?.on('data', (text) => (log += String(text)));
    child.stderr?.on('data', (text) => (log += String(text)));
    child.on('message', (said) => {
      if (said === ready) child.send({ message });
      else resolve((said as { result: unknown }).result);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      // Of no effect after an answer.
      reject(new Error(`The process on the software adapter ended with ${signal ?? code}:\n${log}`));
    });
  });
}

/** What was sent before a script listens is lost while tsx is still compiling it, so the script says when it does. */
const ready = 'ready';

/** The child's side: answers the message with what `answer` makes of it, or ends with its error on stderr. */
export function answerOnSoftwareAdapter(answer: (message: unknown) => Promise<unknown>): void {
  process.once('message', ({ message }: { message: unknown }) => {
    void answer(message).then((result) => process.send?.({ result }, () => process.disconnect()));
  });
  process.send?.(ready);
}
