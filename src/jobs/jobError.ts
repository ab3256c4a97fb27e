import * as z from 'zod';
import { OpenQuestion } from '../base/openQuestion.ts';
import { messageOf, UserError } from '../base/userError.ts';
import { LockedError } from './lock.ts';
import { questionSchema } from './question.ts';

/**
 * Why a job did not end in a result: something the person can act on, a question that must be answered first, somebody else's lock, a
 * stop that was asked for, or a defect of ours (with its stack). In this form it crosses from the child to its client and into the
 * journal.
 */
export const jobErrorSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['user', 'locked', 'stopped']), message: z.string() }),
  z.object({ kind: z.literal('question'), message: z.string(), question: questionSchema }),
  z.object({ kind: z.literal('bug'), message: z.string(), stack: z.string().optional() }),
]);
export type JobError = z.infer<typeof jobErrorSchema>;

/** The job was asked to stop and did; nothing is wrong. */
export class JobStopped extends Error {
  override readonly name = 'JobStopped';
}

/** The job's process ended without a word; its message is `crashSentence`. */
export class JobCrashed extends UserError {}

/** A defect in the child; `stack` is the child's. */
export class JobBug extends Error {
  override readonly name = 'JobBug';
}

export function toJobError(error: unknown, stopAsked: boolean): JobError {
  if (error instanceof LockedError) return { kind: 'locked', message: error.message };
  if (error instanceof JobStopped) return { kind: 'stopped', message: error.message };
  if (error instanceof OpenQuestion)
    return { kind: 'question', message: error.message, question: questionSchema.parse(error.question) };
  if (error instanceof UserError) return { kind: 'user', message: error.message };
  if (stopAsked && error instanceof Error && error.name === 'AbortError')
    return { kind: 'stopped', message: 'Stopped.' };
  const stack = error instanceof Error ? error.stack : undefined;
  return { kind: 'bug', message: messageOf(error), ...(stack === undefined ? {} : { stack }) };
}

export function fromJobError(error: JobError): Error {
  switch (error.kind) {
    case 'locked':
      return new LockedError(error.message, undefined);
    case 'stopped':
      return new JobStopped(error.message);
    case 'question':
      return new OpenQuestion(error.message, error.question);
    case 'user':
      return new UserError(error.message);
    case 'bug': {
      const bug = new JobBug(error.message);
      if (error.stack !== undefined) bug.stack = error.stack;
      return bug;
    }
  }
}
