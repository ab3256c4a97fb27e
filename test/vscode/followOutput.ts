import { existsSync, readFileSync } from 'node:fs';

/** Prints what is appended to a file until it is stopped. */
export function followOutput(file: string): { stop(): void } {
  let printed = 0;
  const print = () => {
    if (!existsSync(file)) return;
    const text = readFileSync(file);
    process.stdout.write(text.subarray(printed));
    printed = text.length;
  };
  const timer = setInterval(print, 200);
  return {
    stop() {
      clearInterval(timer);
      print();
    },
  };
}
