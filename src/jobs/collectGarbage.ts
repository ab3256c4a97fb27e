import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Gives back the memory of what is no longer used, before something large begins outside of JavaScript: V8 does not know of
 * onnxruntime's memory and would let hundreds of megabytes lie beside it.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('typeof gc === "function" ? gc : undefined');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect === 'function') (collect as () => void)();
}
