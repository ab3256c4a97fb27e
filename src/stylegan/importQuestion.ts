import * as z from 'zod';

/** An input or output of an ONNX model: its name, and how it is shown, `b64 [1, 512, 64, 64]`. */
const ports = z.array(z.object({ name: z.string(), text: z.string() })).min(1);
export type QuestionPort = z.output<typeof ports>[number];

/**
 * What a checkpoint leaves open and only a person can decide. Who imports asks it and imports again with the answer among the options:
 * a checkpoint must be read to know whether there is anything to ask, and nobody shall hold it in memory while a person thinks.
 */
export const importQuestionSchema = z.discriminatedUnion('kind', [
  /** Which class a conditional generator shall make: 0 … classes − 1. Answered by the option `class`. */
  z.object({ kind: z.literal('class'), classes: z.number().int().min(1) }),
  /** Which outputs of an ONNX model are feature maps: any of these. Answered by the option `features`. */
  z.object({ kind: z.literal('features'), outputs: ports }),
  /** Which output of an ONNX model is the image. Answered by the option `image`. */
  z.object({ kind: z.literal('image'), outputs: ports }),
  /** Which input of an ONNX model is the latent. Answered by the option `latent`. */
  z.object({ kind: z.literal('latent'), inputs: ports }),
]);
export type ImportQuestion = z.output<typeof importQuestionSchema>;
