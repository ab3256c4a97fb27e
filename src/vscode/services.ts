import type { CancellationToken, Event, ExtensionContext, LogOutputChannel, Uri } from 'vscode';
import type { ClassChange } from '../dataset/classChanges.ts';
import type { Project } from '../dataset/projectFile.ts';
import type { GeneratedOrigin } from '../dataset/synthesisInput.ts';
import type { ImageScores } from '../interpreter/uncertainty.ts';
import type { Journal } from '../jobs/journal.ts';
import type { JobInput, JobName, JobResult, RequestFor } from '../jobs/jobTable.ts';
import type { TimedProgress } from '../jobs/progress.ts';
import type { QuestionOf } from '../jobs/question.ts';
import type { SampleStatus } from '../messages/annotatorMessages.ts';
import type { ReaderThread } from './reader/readerThread.ts';

// What the parts of the extension know of each other. extension.ts makes each of them once and hands them round.

/** As an interface: vscode's is a class, which nothing but its own instances may stand for. */
export interface Disposable {
  dispose(): void;
}

/** The projects of the workspace, and the one that commands and views work on: the nearest to the active editor. */
export interface Projects extends Disposable {
  /** The active project, when there is one and its file is right. */
  readonly active: Project | undefined;
  /** The active project's folder, also when its file is wrong. */
  readonly activeFolder: string | undefined;
  /** What is wrong with the active project's file, as a sentence. */
  readonly problem: string | undefined;
  /** Absolute folders with a datasetgan.json in this workspace. */
  readonly folders: readonly string[];
  /** Another project became active, or its file changed. */
  readonly onDidChange: Event<void>;
  /** Makes a project active until an editor of another one becomes active. */
  choose(folder: string): Promise<void>;
  /** Resolves when what is on disk now has been read, to the active project. */
  refreshed(): Promise<Project | undefined>;
  /** The project that a file belongs to: the nearest datasetgan.json above it. */
  projectOf(file: Uri): Promise<Project | undefined>;
}

/** One `.dgan` file of the active project, without its pixels. */
export interface SampleEntry {
  readonly path: string;
  /** File name without `.dgan`. */
  readonly name: string;
  readonly status: SampleStatus;
  /** Share of the pixels that are labelled, 0 … 1. */
  readonly labelled: number;
  /** Index = class id; 255 = not labelled. */
  readonly pixelsPerId: Uint32Array;
  /** Whether the labels are those that an interpreter was trained on: its facts have the hashes. */
  readonly labelsHash: string;
  readonly origin: GeneratedOrigin | { readonly kind: 'photo' };
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** The active project's samples by name, read again when files change; files that can't be read are listed apart. */
export interface Samples extends Disposable {
  readonly entries: readonly SampleEntry[];
  readonly unreadable: readonly { readonly path: string; readonly problem: string }[];
  readonly onDidChange: Event<void>;
  /** Resolves when what is on disk now has been read. */
  refreshed(): Promise<readonly SampleEntry[]>;
}

/** A job of the active project: its journal, with fresher progress when this window started it. */
export interface JobView {
  readonly journal: Journal;
  readonly progress: TimedProgress | undefined;
  /** This window started it. */
  readonly own: boolean;
  /** Resident memory of its process in bytes, when this window runs it. */
  readonly memory?: number;
  /** The execution provider that won in it, by its label, when this window runs it. */
  readonly provider?: string;
}

/** A button below a result. */
export interface NextAction {
  readonly title: string;
  run(): unknown;
}

export interface StartJobOptions {
  readonly project: string | undefined;
  /** No notification: the caller shows the progress. */
  readonly quiet?: boolean;
  /** Whatever the setting asks for. */
  readonly provider?: 'auto';
  readonly onProgress?: (progress: TimedProgress) => void;
  readonly onLog?: (line: string) => void;
  /** The job's result before its last part; it stands also when `result` rejects after it. */
  readonly onStanding?: (result: unknown) => void;
}

export interface StartedJob<R> {
  readonly id: string;
  /** As `RunningJob.result`: rejects with UserError, LockedError, JobStopped or JobBug. */
  readonly result: Promise<R>;
  stop(): void;
}

/** Long and short jobs, each in a child process of its own; those of terminals too. */
export interface Jobs extends Disposable {
  /** Of the active project, newest first. */
  readonly all: readonly JobView[];
  /** Those that this window runs now, short ones and those of other projects too. */
  readonly own: readonly JobView[];
  /** The execution provider that won in the last job, by its label. */
  readonly provider: string | undefined;
  readonly onDidChange: Event<void>;
  /**
   * Starts a job. A long one shows in the status bar, in the Jobs view and as a notification with Cancel; its output goes to the log.
   * @throws UserError in a workspace that is not trusted, without the project that it needs, or for wrong options
   */
  start<J extends JobName>(request: RequestFor<J>, how: StartJobOptions): Promise<StartedJob<JobResult<J>>>;
  /**
   * As `start`, and tells the person how it ended. Resolves to undefined when it failed or was stopped before it had a result that
   * stands; nothing is thrown.
   * @param next the buttons below the result; without it the obvious next step
   * @param ask a job may fail with a question: asks the person and resolves to the options to try again with, or to undefined when the
   * person does not answer. Without it the question is told as any other error.
   */
  perform<J extends JobName>(
    request: RequestFor<J>,
    project: string | undefined,
    next?: (result: JobResult<J>) => readonly NextAction[],
    ask?: (question: QuestionOf<J>) => Promise<Partial<JobInput<J>> | undefined>,
  ): Promise<JobResult<J> | undefined>;
  /** Softly; after two seconds, hard. Also jobs of a terminal. */
  stop(id: string): Promise<void>;
}

/** What the project's interpreter says of an image. */
export interface Prediction {
  readonly width: number;
  readonly height: number;
  /** Class ids, row-major. */
  readonly labels: Uint8Array;
  /** JS / ln(min(members, classes)) in 0 … 255, row-major. */
  readonly uncertainty: Uint8Array;
  readonly scores: ImageScores;
  /** Hash of the interpreter's file: whether a later one makes it stale. */
  readonly interpreter: string;
}

/** The interactive child process: started on demand, ends when idle, started again after a crash. */
export interface Predictor extends Disposable {
  /** The interpreter file of some project came, went or changed. */
  readonly onDidChange: Event<void>;
  /**
   * Of the whole image, also where a sample is a part of it.
   * @throws UserError when there can be none: no interpreter yet, another generator, an untrusted workspace.
   */
  predict(project: Project, origin: GeneratedOrigin, token?: CancellationToken): Promise<Prediction>;
  /**
   * Scores of samples by path, from a cache on disk where they were computed before; computes the missing ones in the background order.
   * Samples that can have none (photos, other generators) are left out.
   */
  scores(
    project: Project,
    samples: readonly SampleEntry[],
    token?: CancellationToken,
  ): Promise<ReadonlyMap<string, ImageScores>>;
  /** The child process, when it runs. */
  readonly child: InteractiveChild | undefined;
  /** The child came, went or said something of itself. */
  readonly onDidChangeChild: Event<void>;
}

export interface InteractiveChild {
  readonly pid: number | undefined;
  /** The execution provider that won, by its label. */
  readonly provider: string | undefined;
  /** Resident, in bytes, after its last answer. */
  readonly memory: number | undefined;
  readonly isBusy: boolean;
}

/** The samples that are open in annotators. */
export interface OpenSamples extends Disposable {
  /** Absolute paths of those with unsaved changes: a job or command must not write them on disk. */
  readonly unsaved: ReadonlySet<string>;
  /** Makes a class change in the labels of open samples, as an edit that can be undone and is not saved yet. */
  applyClassChange(paths: ReadonlySet<string>, change: ClassChange): void;
}

export interface Services {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly projects: Projects;
  readonly samples: Samples;
  readonly jobs: Jobs;
  readonly predictor: Predictor;
  readonly openSamples: OpenSamples;
  /** Reads and draws what needs decoding, beside the host's own thread. */
  readonly reader: ReaderThread;
}
