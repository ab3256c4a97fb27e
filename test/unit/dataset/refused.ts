import assert from 'node:assert/strict';
import { UserError } from '../../../src/base/userError.ts';

/** Asserts that `run` fails with one sentence for the person that matches every pattern. */
export async function refused(run: () => unknown, ...patterns: readonly (RegExp | string)[]): Promise<void> {
  let error: unknown;
  try {
    await run();
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof UserError, `expected a UserError, got ${String(error)}`);
  assert.doesNotMatch(error.message, /\n/);
  for (const pattern of patterns)
    if (typeof pattern === 'string')
      assert.ok(error.message.includes(pattern), `"${error.message}" lacks "${pattern}"`);
    else assert.match(error.message, pattern);
}
