import { UNLABELLED } from '../../dataset/labelMap.ts';
import type { LabelClass } from '../../dataset/classes.ts';
import type { DescribedInterpreter } from '../../interpreter/interpreterFacts.ts';
import type { SampleEntry } from '../services.ts';

/** What is no longer as it was when the interpreter was trained. */
export interface LabelChanges {
  /** Samples whose labels it would see otherwise now: painted, new, gone, discarded, restored. */
  readonly samples: number;
  /** A class came or went; names and colours do not matter to it. */
  readonly classes: boolean;
}

/**
 * What a new training would see that the last one did not.
 * @param trained when, in milliseconds; decides for interpreters of old files, which don't know their samples
 */
export function labelChanges(
  { architecture, facts }: DescribedInterpreter,
  trained: number,
  entries: readonly SampleEntry[],
  classes: readonly LabelClass[],
): LabelChanges {
  const now = new Map(entries.filter(isTrainedOn).map((entry) => [`${entry.name}.dgan`, entry]));
  const ids = new Set(architecture.classes);
  const areOtherClasses = ids.size !== classes.length || classes.some(({ id }) => !ids.has(id));
  if (facts.trainedOn === undefined) {
    const later = [...now.values()].filter(({ modified }) => modified > trained).length;
    return { samples: later, classes: areOtherClasses };
  }
  const then = new Map(facts.trainedOn.map(({ name, labels }) => [name, labels]));
  const names = new Set([...now.keys(), ...then.keys()]);
  const changed = [...names].filter((name) => now.get(name)?.labelsHash !== then.get(name));
  return { samples: changed.length, classes: areOtherClasses };
}

/** What training takes: generated, not discarded, at least one pixel labelled. */
function isTrainedOn({ status, origin, pixelsPerId }: SampleEntry): boolean {
  return (
    status !== 'discarded' &&
    origin.kind === 'generated' &&
    pixelsPerId.some((pixels, id) => id !== UNLABELLED && pixels > 0)
  );
}
