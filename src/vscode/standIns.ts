import * as vscode from 'vscode';
import { UserError } from '../base/userError.ts';
import type { Jobs, Predictor } from './services.ts';

// What stands where a part is not there yet. Each owner replaces his in extension.ts; then this file goes.

const never = new vscode.EventEmitter<void>().event;
const nothing = (): void => undefined;
const missing = (): Promise<never> => Promise.reject(new UserError('This part of the extension is not there yet.'));

export const noJobs: Jobs = {
  all: [],
  onDidChange: never,
  start: missing,
  perform: missing,
  stop: missing,
  dispose: nothing,
};

export const noPredictor: Predictor = {
  onDidChange: never,
  predict: missing,
  scores: () => Promise.resolve(new Map()),
  provider: undefined,
  dispose: nothing,
};
