import { answerOnSoftwareAdapter } from './softwareAdapter.ts';
import { tinyTraining } from '../unit/interpreter/tinyTraining.ts';

answerOnSoftwareAdapter(() => tinyTraining('webgpu'));
