import assert from 'node:assert/strict';
import type { Journal } from '../../../src/jobs/journal.ts';
import { onJobStep, type JobStep } from '../../../src/vscode/jobs/jobSteps.ts';
import type { JobView } from '../../../src/vscode/services.ts';

describe('the steps of jobs', () => {
  const long = new Date(Date.now() - 3_600_000).toISOString();
  // After whenever the test runs.
  const soon = '2999-01-01T00:00:00.000Z';
  const common = { options: {}, process: { pid: 1 }, queued: long, heartbeat: soon };

  function view(id: string, job: string, state: object): JobView {
    const journal = { ...common, id, job, started: long, ...state } as unknown as Journal;
    return { journal, progress: undefined, own: false, isStopping: false } as JobView;
  }

  function follow(): { readonly say: (...all: JobView[]) => JobStep[]; readonly stop: () => void } {
    let told: () => void = () => assert.fail('Nobody listens.');
    let steps: JobStep[] = [];
    const jobs = {
      all: [] as readonly JobView[],
      own: [],
      onDidChange: (listener: () => void) => {
        told = listener;
        return { dispose: () => (told = () => undefined) };
      },
    };
    const listening = onJobStep(jobs, (step) => steps.push(step));
    return {
      say: (...all) => {
        steps = [];
        jobs.all = all;
        told();
        return steps;
      },
      stop: () => listening.dispose(),
    };
  }

  it('are told while a job runs, and its end once', () => {
    const { say } = follow();
    assert.deepEqual(say(view('1', 'generate', { state: 'running' })), [{ job: 'generate', ended: false }]);
    assert.deepEqual(say(view('1', 'generate', { state: 'running' })), [{ job: 'generate', ended: false }]);
    const done = view('1', 'generate', { state: 'done', ended: soon, result: {} });
    assert.deepEqual(say(done), [{ job: 'generate', ended: true }]);
    assert.deepEqual(say(done), []);
  });

  it('are told of a job that was over before it was seen running, and not of those of yesterday', () => {
    const { say } = follow();
    const yesterday = view('1', 'train', { state: 'done', ended: long, result: {} });
    assert.deepEqual(say(yesterday, view('2', 'sample', { state: 'failed', ended: soon, error: {} })), [
      { job: 'sample', ended: true },
    ]);
  });

  it('end also with a job that is lost, or vanishes', () => {
    const { say, stop } = follow();
    say(view('1', 'train', { state: 'running' }), view('2', 'export', { state: 'running' }));
    assert.deepEqual(say(view('1', 'train', { state: 'lost' })), [
      { job: 'train', ended: true },
      { job: 'export', ended: true },
    ]);
    stop();
    assert.deepEqual(say(view('3', 'train', { state: 'running' })), []);
  });
});
