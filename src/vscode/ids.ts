import { ANNOTATOR_ACTION_NAMES, commandOf } from '../messages/annotatorActions.ts';

// Every name that the manifest and the code share. test/unit/vscode/manifest.test.ts compares them with package.json.

export const COMMANDS = {
  newProject: 'datasetgan.newProject',
  openSampleProject: 'datasetgan.openSampleProject',
  chooseProject: 'datasetgan.chooseProject',
  importGenerator: 'datasetgan.importGenerator',
  importLabels: 'datasetgan.importLabels',
  generateSamples: 'datasetgan.generateSamples',
  trainInterpreter: 'datasetgan.trainInterpreter',
  generateDataSet: 'datasetgan.generateDataSet',
  stopJob: 'datasetgan.stopJob',
  annotateNextUnreviewed: 'datasetgan.annotateNextUnreviewed',
  annotateNextUncertain: 'datasetgan.annotateNextUncertain',
  predictLabels: 'datasetgan.predictLabels',
  exportDataSet: 'datasetgan.exportDataSet',
  exportFactory: 'datasetgan.exportFactory',
  showReport: 'datasetgan.showReport',
  openReport: 'datasetgan.openReport',
  showGallery: 'datasetgan.showGallery',
  chooseProvider: 'datasetgan.chooseProvider',
  showLog: 'datasetgan.showLog',
  showJobLog: 'datasetgan.showJobLog',
  addClass: 'datasetgan.addClass',
  renameClass: 'datasetgan.renameClass',
  recolourClass: 'datasetgan.recolourClass',
  mergeClass: 'datasetgan.mergeClass',
  deleteClass: 'datasetgan.deleteClass',
  markReviewed: 'datasetgan.markReviewed',
  discardSample: 'datasetgan.discardSample',
  restoreSample: 'datasetgan.restoreSample',
  annotateImage: 'datasetgan.annotateImage',
} as const;

export const ANNOTATOR_COMMANDS = ANNOTATOR_ACTION_NAMES.map(commandOf);

export const VIEW_CONTAINER = 'datasetgan';
export const VIEWS = {
  project: 'datasetgan.project',
  jobs: 'datasetgan.jobs',
  dataSet: 'datasetgan.dataSet',
  uncertainty: 'datasetgan.uncertainty',
} as const;

export const ANNOTATOR_VIEW_TYPE = 'datasetgan.annotator';
export const GALLERY_VIEW_TYPE = 'datasetgan.gallery';
export const REPORT_VIEW_TYPE = 'datasetgan.report';
export const TASK_TYPE = 'datasetgan';
export const PROBLEM_MATCHER = '$datasetgan';

/** Settings, below the section `datasetgan`. */
export const SETTINGS = {
  provider: 'provider',
  threads: 'threads',
  onnxruntimeFolder: 'onnxruntimeFolder',
} as const;

/** `contextValue` of the views' items: what the inline actions of the manifest hang on. */
export const TREE_ITEMS = {
  generator: 'generator',
  generatorMissing: 'generatorMissing',
  classes: 'classes',
  class: 'class',
  samples: 'samples',
  sampleOpen: 'sampleOpen',
  sampleReviewed: 'sampleReviewed',
  sampleDiscarded: 'sampleDiscarded',
  interpreter: 'interpreter',
  interpreterMissing: 'interpreterMissing',
  job: 'job',
  jobRunning: 'jobRunning',
  dataSet: 'dataSet',
  image: 'image',
} as const;

/**
 * Context keys that menus, keys and walkthrough steps depend on. src/vscode/project/contextKeys.ts sets them, but for the
 * annotator's two.
 */
export const CONTEXT_KEYS = {
  /** An annotator has the focus, and no text field of it: plain letters are its keys. */
  annotatorFocused: 'datasetgan.annotatorFocused',
  /** An annotator is the active editor. */
  annotatorActive: 'datasetgan.annotatorActive',
  /** The workspace has a project, its file right or wrong. */
  hasProjects: 'datasetgan.hasProjects',
  /** There is an active project, and its file is right. */
  hasProject: 'datasetgan.hasProject',
  /** The active project's generator is there. */
  hasGenerator: 'datasetgan.hasGenerator',
  hasSamples: 'datasetgan.hasSamples',
  /** At least one sample has a painted pixel. */
  hasLabels: 'datasetgan.hasLabels',
  hasInterpreter: 'datasetgan.hasInterpreter',
  hasDataSet: 'datasetgan.hasDataSet',
  /** Samples were painted after the interpreter was trained: the loop has come round. */
  improved: 'datasetgan.improved',
  /** A long job of the active project runs. */
  jobRunning: 'datasetgan.jobRunning',
} as const;

/**
 * True for a moment when a step of the walkthrough is reached, and again when the walkthrough is shown: VS Code never completes a step
 * whose context key was true before it first looked (1.139: registerDoneListeners counts it as an event that has been).
 */
export const REACHED_KEYS = {
  hasGenerator: 'datasetgan.reached.generator',
  hasLabels: 'datasetgan.reached.labels',
  hasInterpreter: 'datasetgan.reached.interpreter',
  hasDataSet: 'datasetgan.reached.dataSet',
  improved: 'datasetgan.reached.improvement',
} as const satisfies Partial<Record<keyof typeof CONTEXT_KEYS, string>>;
