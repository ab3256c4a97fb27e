/**
 * The label of each pixel: majority vote of the members' most likely classes (DatasetGAN, section 3.2). Ties go to the
 * smallest class, among a member's logits as among the votes. This is not the most likely class of the mean distribution.
 * The literal definition; the graphs are tested against it.
 * @param logits [members, classes, pixels]
 * @returns [pixels], index of the class
 */
export function majorityVote(logits: Float32Array, members: number, classes: number): Uint8Array {
  const pixels = logits.length / (members * classes);
  if (!Number.isInteger(pixels)) throw new Error(`${logits.length} logits are not [${members}, ${classes}, pixels].`);
  const result = new Uint8Array(pixels);
  const votes = new Uint16Array(classes);
  for (let pixel = 0; pixel < pixels; pixel++) {
    votes.fill(0);
    for (let member = 0; member < members; member++) {
      const from = member * classes * pixels + pixel;
      let best = 0;
      for (let k = 1; k < classes; k++) if (logits[from + k * pixels]! > logits[from + best * pixels]!) best = k;
      votes[best]!++;
    }
    let winner = 0;
    for (let k = 1; k < classes; k++) if (votes[k]! > votes[winner]!) winner = k;
    result[pixel] = winner;
  }
  return result;
}
