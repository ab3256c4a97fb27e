import type { LabelClass } from '../../src/dataset/classes.ts';
import type { QueueState, SampleStatus } from '../../src/messages/annotatorMessages.ts';

/** What the controls show of the document, apart from pixels. All of it comes from the host. */
export interface Model {
  readonly name: string;
  readonly classes: readonly LabelClass[];
  readonly canEdit: boolean;
  readonly status: SampleStatus;
  readonly notes: readonly string[];
  readonly queue: QueueState | undefined;
  readonly prediction: 'none' | 'computing' | 'ready' | { readonly unavailable: string };
  /** One can be shown: also an old one while a new one is computed. */
  readonly hasPrediction: boolean;
  readonly hasOtherSide: boolean;
}

export const EMPTY_MODEL: Model = {
  name: '',
  classes: [],
  canEdit: false,
  status: 'open',
  notes: [],
  queue: undefined,
  prediction: 'none',
  hasPrediction: false,
  hasOtherSide: false,
};
