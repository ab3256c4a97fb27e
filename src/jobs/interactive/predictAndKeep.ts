import { messageOf } from '../../base/userError.ts';
import type { ImagePredictor } from './imagePredictor.ts';
import type { InterpreterPrediction, PredictionRequest } from './interactiveProtocol.ts';
import { keepPrediction } from './predictionCache.ts';

/** Predicts, and keeps scores and pictures in the project's cache when the request says so. */
export async function predictAndKeep(
  predictor: ImagePredictor,
  request: PredictionRequest,
  signal: AbortSignal,
): Promise<InterpreterPrediction> {
  const prediction = await predictor.predict(request, signal);
  // The cache is of whole images.
  if (request.keep && request.crop === undefined)
    await keepPrediction(request.project, request.origin, prediction).catch((error: unknown) => {
      // A full disk is no reason to keep the answer back; this goes to the log.
      console.error(messageOf(error));
    });
  return prediction;
}
