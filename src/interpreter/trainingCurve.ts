/** A measurement of all members; arrays have one number for each member. */
export interface CurvePoint {
  readonly step: number;
  /** Mean over the steps since the last point; without dropped units it would be lower. */
  readonly trainLoss: readonly number[];
  readonly heldOutLoss: readonly number[];
  readonly heldOutAccuracy: readonly number[];
}
