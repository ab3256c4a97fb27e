import { UserError } from './userError.ts';

interface Question {
  readonly kind: string;
  readonly [detail: string]: unknown;
}

/**
 * Something can't go on without an answer that only a person has. Its message says in words how a terminal gives it; `question` is the
 * same as data, for who can ask: one of those that src/jobs/question.ts lists.
 */
export class OpenQuestion extends UserError {
  readonly question: Question;

  constructor(message: string, question: Question) {
    super(message);
    this.question = question;
  }
}
