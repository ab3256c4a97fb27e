import * as z from 'zod';
import { UserError } from '../base/userError.ts';

/**
 * What a checkpoint leaves open and only a person can decide. Who imports asks it and imports again with the answer among the options:
 * a checkpoint must be read to know whether there is anything to ask, and nobody shall hold it in memory while a person thinks.
 */
export const importQuestionSchema = z.discriminatedUnion('kind', [
  /** Which class a conditional generator shall make: 0 … classes − 1. Answered by the option `class`. */
  z.object({ kind: z.literal('class'), classes: z.number().int().min(1) }),
]);
export type ImportQuestion = z.output<typeof importQuestionSchema>;

/** An import can't go on without an answer; its message says in words how a terminal gives it. */
export class OpenQuestion extends UserError {
  readonly question: ImportQuestion;

  constructor(message: string, question: ImportQuestion) {
    super(message);
    this.question = question;
  }
}
