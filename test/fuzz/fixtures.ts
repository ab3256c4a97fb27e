import { readdirSync, readFileSync } from 'node:fs';

export const checkpointFolder = new URL('../fixtures/checkpoints/', import.meta.url);
export const regressionFolder = new URL('regressions/', checkpointFolder);

/** The checkpoints among the fixtures: one or more for every container and network. */
export const checkpointFixtures: readonly string[] = readdirSync(checkpointFolder)
  .filter((name) => /\.(pt|pkl)$/.test(name))
  .sort();

/** Not a Buffer, whose slice() would share its bytes. */
export function fixtureBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, checkpointFolder)));
}
