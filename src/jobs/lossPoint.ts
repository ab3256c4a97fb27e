import type { CurvePoint } from '../interpreter/trainingCurve.ts';

/** The held-out loss after so many steps of a training. */
export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

/** The mean of the members whose loss is a number; undefined when there is no such member. */
export function lossPoint({ step, heldOutLoss }: Pick<CurvePoint, 'step' | 'heldOutLoss'>): LossPoint | undefined {
  const finite = heldOutLoss.filter(Number.isFinite);
  return finite.length === 0 ? undefined : { step, loss: finite.reduce((sum, loss) => sum + loss, 0) / finite.length };
}
