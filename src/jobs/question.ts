import * as z from 'zod';
import { labelsQuestionSchema, type LabelsQuestion } from '../dataset/importLabels/labelsQuestion.ts';
import { importQuestionSchema, type ImportQuestion } from '../stylegan/importQuestion.ts';
import type { JobName } from './jobTable.ts';

/** What a job may ask before it can go on: it fails with the question, and is done again with the answer among its options. */
export const questionSchema = z.discriminatedUnion('kind', [
  ...importQuestionSchema.options,
  ...labelsQuestionSchema.options,
]);

interface Questions {
  readonly import: ImportQuestion;
  readonly 'import-labels': LabelsQuestion;
}

/** What a particular job may ask. */
export type QuestionOf<J extends JobName> = J extends keyof Questions ? Questions[J] : never;
