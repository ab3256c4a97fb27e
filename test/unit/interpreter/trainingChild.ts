import { answerOnSoftwareAdapter } from '../softwareAdapter.ts';
import { tinyTraining } from './tinyTraining.ts';

answerOnSoftwareAdapter(() => tinyTraining('webgpu'));
