import { subtractingInk, type Ink } from '../../../src/dataset/annotation/ink.ts';
import type { ToolBench } from './tool.ts';

/** The ink of the chosen class; undefined (and said why) when nothing can be painted with it. */
export function classInk(bench: ToolBench, subtract = false): Ink | undefined {
  const { classId, locked } = bench;
  if (classId === undefined) bench.say('There is no class to paint with yet: add one.');
  else if (locked.has(classId)) bench.say('The class is locked: unlock it to paint with it.');
  else return subtract ? subtractingInk(classId, locked) : { puts: classId, over: 'all', locked };
  return undefined;
}

/** The colour in which a tool shows what it is about to paint. */
export function previewColour(bench: ToolBench, subtract = false): string {
  return subtract || bench.classId === undefined ? '#ff5a5a' : bench.colourOf(bench.classId);
}
