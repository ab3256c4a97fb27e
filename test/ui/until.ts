import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition holds; `what` says what should have come to pass. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, within = 60_000): Promise<void> {
  for (const end = Date.now() + within; !(await condition());) {
    if (Date.now() > end) throw new Error(`Not so within ${within / 1000} s: ${what}.`);
    await sleep(50);
  }
}
