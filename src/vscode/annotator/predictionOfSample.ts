import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';
import { packBytes } from '../../dataset/annotation/packedLabels.ts';
import type { PredictionState } from '../../messages/annotatorMessages.ts';
import type { Prediction, Services } from '../services.ts';
import { cropped } from './cropped.ts';
import type { SampleDocument } from './sampleDocument.ts';

/** The prediction for one open sample, computed only while a view shows it, and again when the interpreter changed. */
export class PredictionOfSample {
  readonly #services: Services;
  readonly #document: SampleDocument;
  readonly #changed = new vscode.EventEmitter<PredictionState>();
  readonly onDidChange = this.#changed.event;
  readonly #disposables: vscode.Disposable[];
  readonly #wantedBy = new Set<unknown>();
  #state: PredictionState = { state: 'none' };
  #stale = true;
  #running: vscode.CancellationTokenSource | undefined;

  constructor(document: SampleDocument, services: Services) {
    this.#document = document;
    this.#services = services;
    const refresh = (): void => {
      this.#stale = true;
      this.#computeWhenWanted();
    };
    this.#disposables = [
      services.predictor.onDidChange(refresh),
      services.projects.onDidChange(refresh),
      vscode.workspace.onDidGrantWorkspaceTrust(refresh),
      document.onDidChange(({ kind }) => {
        if (kind === 'replaced') refresh();
      }),
    ];
  }

  get state(): PredictionState {
    return this.#state;
  }

  want(view: unknown, wanted: boolean): void {
    if (wanted) this.#wantedBy.add(view);
    else this.#wantedBy.delete(view);
    this.#computeWhenWanted();
  }

  dispose(): void {
    this.#running?.cancel();
    for (const disposable of this.#disposables) disposable.dispose();
    this.#changed.dispose();
  }

  #computeWhenWanted(): void {
    if (this.#wantedBy.size === 0) {
      this.#running?.cancel();
      return;
    }
    if (this.#stale) void this.#compute();
  }

  async #compute(): Promise<void> {
    this.#running?.cancel();
    const run = new vscode.CancellationTokenSource();
    this.#running = run;
    this.#stale = false;
    this.#tell({ state: 'computing' });
    let answer: PredictionState | undefined;
    try {
      answer = await this.#predict(run.token);
    } catch (error) {
      if (!(error instanceof UserError) && !run.token.isCancellationRequested)
        this.#services.log.error(error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
      answer = { state: 'unavailable', reason: messageOf(error) };
    } finally {
      run.dispose();
    }
    if (this.#running !== run) return;
    this.#running = undefined;
    if (this.#document.disposed) return;
    if (run.token.isCancellationRequested) {
      // Nobody wanted it any more; whoever asks next gets it anew.
      this.#stale = true;
      this.#tell({ state: 'none' });
    } else this.#tell(answer);
    this.#computeWhenStillStale();
  }

  #computeWhenStillStale(): void {
    if (this.#stale && this.#wantedBy.size > 0) void this.#compute();
  }

  async #predict(token: vscode.CancellationToken): Promise<PredictionState> {
    const document = this.#document;
    if (!vscode.workspace.isTrusted)
      return unavailable(
        vscode.l10n.t(
          'Predictions are off in a workspace that is not trusted: models are loaded only in trusted ones.',
        ),
      );
    if (document.problem !== undefined) return unavailable(document.problem);
    const { origin } = document;
    if (origin.kind === 'photo')
      return unavailable(
        vscode.l10n.t(
          'This is a photo: only the generator’s own images have the feature maps that a prediction needs.',
        ),
      );
    const project = await this.#services.projects.projectOf(document.uri);
    if (!project)
      return unavailable(
        document.uri.scheme === 'file' || document.uri.scheme === 'git'
          ? vscode.l10n.t(
              'This sample is in no project (no datasetgan.json above it), so there is no interpreter to ask.',
            )
          : vscode.l10n.t('Predictions need files on a disk: this workspace is a virtual one.'),
      );
    const prediction = await this.#services.predictor.predict(project, origin, token);
    return this.#fitted(prediction);
  }

  #fitted(prediction: Prediction): PredictionState {
    const { crop, annotation } = this.#document;
    const { width, height } = annotation.labels;
    // What the project labels is what the sample shows, unless its settings were changed since.
    const same = prediction.width === width && prediction.height === height;
    const parts = [prediction.labels, prediction.uncertainty].map((map) =>
      same ? map : cropped(map, prediction, crop),
    );
    const [labels, uncertainty] = parts;
    if (labels?.length !== width * height || uncertainty?.length !== width * height)
      return unavailable(
        vscode.l10n.t(
          'The generator makes images of {0}×{1} pixels, which does not fit this sample of {2}×{3}.',
          prediction.width,
          prediction.height,
          width,
          height,
        ),
      );
    return { state: 'ready', prediction: { labels: packBytes(labels), uncertainty: packBytes(uncertainty) } };
  }

  #tell(state: PredictionState): void {
    this.#state = state;
    if (!this.#document.disposed) this.#changed.fire(state);
  }
}

function unavailable(reason: string): PredictionState {
  return { state: 'unavailable', reason };
}
