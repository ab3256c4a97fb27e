import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FATES, type DataSetSummary } from '../../../src/dataset/dataSetSummary.ts';
import { UNLABELLED } from '../../../src/dataset/labelMap.ts';
import { selectionOf } from '../../../src/dataset/selection.ts';
import { statistics } from '../../../src/dataset/statistics.ts';
import type { DescribedInterpreter } from '../../../src/interpreter/interpreterFacts.ts';
import type { Journal } from '../../../src/jobs/journal.ts';
import type { LossPoint } from '../../../src/jobs/lossPoint.ts';
import type { JobView, SampleEntry } from '../../../src/vscode/services.ts';
import { bar } from '../../../src/vscode/views/bar.ts';
import { dataSetNodeId, dataSetRows, type DataSetNode } from '../../../src/vscode/views/dataSetTree.ts';
import { jobDetails, jobsChildren, jobsNodeId, jobsRoots, type JobsNode } from '../../../src/vscode/views/jobsTree.ts';
import { labelChanges } from '../../../src/vscode/views/labelChanges.ts';
import { lossCurveSvg } from '../../../src/vscode/views/lossCurve.ts';
import {
  projectChildren,
  projectNodeId,
  projectRoots,
  stageOf,
  type ProjectData,
  type ProjectNode,
} from '../../../src/vscode/views/projectTree.ts';
import { MOST_CHILDREN, pagesOf, quantileGroups, type Range } from '../../../src/vscode/views/ranges.ts';
import {
  rankSamples,
  uncertaintyChildren,
  uncertaintyGroups,
  uncertaintyNodeId,
  type UncertaintyNode,
} from '../../../src/vscode/views/uncertaintyTree.ts';

function entry(name: string, change: Partial<SampleEntry> = {}): SampleEntry {
  const pixelsPerId = new Uint32Array(256);
  pixelsPerId[0] = 10;
  pixelsPerId[UNLABELLED] = 6;
  return {
    path: `/project/samples/${name}.dgan`,
    name,
    status: 'open',
    labelled: 10 / 16,
    pixelsPerId,
    labelsHash: `hash of ${name}`,
    origin: {
      kind: 'generated',
      generator: { name: 'g', sha256: 'a'.repeat(64) },
      latent: { space: 'z', seed: 0, index: 0 },
      truncation: { psi: 1, layers: 'all' },
      noise: { kind: 'constant' },
    },
    modified: 1000,
    ...change,
  };
}

const unpainted = (() => {
  const pixelsPerId = new Uint32Array(256);
  pixelsPerId[UNLABELLED] = 16;
  return { pixelsPerId, labelled: 0 };
})();

/** All nodes below some, and that nobody has too many children or shares an id with another. */
function walk<Node>(
  roots: readonly Node[],
  children: (node: Node) => readonly Node[],
  id: (node: Node) => string,
): readonly Node[] {
  const seen = new Set<string>();
  const visit = (nodes: readonly Node[]): readonly Node[] => {
    assert.ok(nodes.length <= MOST_CHILDREN, `${nodes.length} children`);
    return nodes.flatMap((node) => {
      assert.ok(!seen.has(id(node)), `two nodes have the id ${id(node)}`);
      seen.add(id(node));
      return [node, ...visit(children(node))];
    });
  };
  return visit(roots);
}

describe('ranges of the views', () => {
  it('every place is on exactly one page, in order, and no page has more than 100 children', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.oneof(fc.nat(300), fc.nat(2_000_000)), (start, length) => {
        let next = start;
        const visit = (range: Range): void => {
          const pages = pagesOf(range);
          if (pages === undefined) {
            assert.equal(range.start, next);
            assert.ok(range.end - range.start <= MOST_CHILDREN);
            next = range.end;
          } else {
            assert.ok(pages.length >= 2 && pages.length <= MOST_CHILDREN);
            pages.forEach(visit);
          }
        };
        visit({ start, end: start + length });
        assert.equal(next, start + length);
      }),
      { numRuns: 40 },
    );
  });

  it('the quantile groups cover a list once, from the most uncertain on', () => {
    fc.assert(
      fc.property(fc.nat(100_000), (length) => {
        const groups = quantileGroups(length);
        let next = 0;
        for (const { start, end } of groups) {
          assert.equal(start, next);
          assert.ok(end > start);
          next = end;
        }
        assert.equal(next, length);
        for (const { to, end } of groups) assert.ok(Math.abs(end - (to * length) / 100) < 1);
      }),
    );
  });

  it('of sixteen samples one is most uncertain', () =>
    assert.deepEqual(
      quantileGroups(16).map(({ start, end }) => end - start),
      [1, 3, 4, 8],
    ));
});

describe('the bar', () => {
  it('grows with the share, keeps its length, and shows whatever is there', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
        assert.equal(bar(a).length, 8);
        if (a <= b) assert.ok(bar(a) <= bar(b));
        if (a > 0) assert.notEqual(bar(a), bar(0));
      }),
    );
    assert.equal(bar(0), '▁▁▁▁▁▁▁▁');
    assert.equal(bar(1), '▇▇▇▇▇▇▇▇');
    assert.equal(bar(0.5), '▇▇▇▇▁▁▁▁');
  });

  it('bears what is no share', () => {
    assert.equal(bar(-1), bar(0));
    assert.equal(bar(7), bar(1));
    assert.equal(bar(NaN), bar(0));
  });
});

describe('the tree of a project', () => {
  const data = (samples: readonly SampleEntry[], change: Partial<ProjectData> = {}): ProjectData => ({
    generator: { state: 'missing', path: '/project/generator.onnx' },
    interpreter: { state: 'none' },
    classes: [
      { id: 0, name: 'background', colour: '#e6e6e6' },
      { id: 3, name: 'hair', colour: '#78461e' },
    ],
    samples,
    unreadable: [],
    ...change,
  });
  const all = (project: ProjectData): readonly ProjectNode[] =>
    walk(projectRoots(project), projectChildren, projectNodeId);

  it('has every sample once, under the stage it is in', () => {
    const sample = fc.record({
      status: fc.constantFrom('open' as const, 'reviewed' as const, 'discarded' as const),
      labelled: fc.constantFrom(0, 0.5, 1),
    });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 400 }), (list) => {
        const samples = list.map((change, i) => entry(String(i).padStart(4, '0'), change));
        const leaves = all(data(samples)).flatMap((node) => (node.kind === 'sample' ? [node] : []));
        assert.deepEqual(leaves.map(({ path }) => path).sort(), samples.map(({ path }) => path).sort());
        for (const { entry: each, stage } of leaves) assert.equal(stage, stageOf(each));
      }),
      { numRuns: 30 },
    );
  });

  it('pages thousands of samples', () => {
    const samples = Array.from({ length: 10_001 }, (_, i) => entry(String(i).padStart(5, '0')));
    assert.equal(all(data(samples)).filter(({ kind }) => kind === 'sample').length, 10_001);
  });

  it('shares labelled pixels among the classes and leaves discarded samples out', () => {
    const hair = new Uint32Array(256);
    hair[3] = 30;
    const samples = [entry('a'), entry('b', { pixelsPerId: hair }), entry('c', { status: 'discarded' })];
    const shares = all(data(samples)).flatMap((node) => (node.kind === 'class' ? [[node.id, node.share]] : []));
    assert.deepEqual(shares, [
      [0, 0.25],
      [3, 0.75],
    ]);
    const nothing = all(data([entry('a', unpainted)])).find(({ kind }) => kind === 'class');
    assert.ok(nothing?.kind === 'class' && nothing.share === undefined);
  });

  it('lists the files that can’t be read', () => {
    const unreadable = [{ path: '/project/samples/x.dgan', problem: 'it is cut off' }];
    assert.ok(all(data([], { unreadable })).some((node) => node.kind === 'unreadableSample'));
  });
});

describe('whether an interpreter is stale', () => {
  const classes = [
    { id: 0, name: 'background', colour: '#e6e6e6' },
    { id: 3, name: 'hair', colour: '#78461e' },
  ];
  const trainedOn = ['a', 'b'].map((name) => ({ name: `${name}.dgan`, labels: `hash of ${name}` }));
  const interpreter = (facts: object): DescribedInterpreter =>
    ({ architecture: { classes: [0, 3] }, facts }) as unknown as DescribedInterpreter;
  const changes = (entries: readonly SampleEntry[], list = classes, facts: object = { trainedOn }) =>
    labelChanges(interpreter(facts), 2000, entries, list);
  const same = [entry('a'), entry('b')];

  it('is not while labels and classes are those it learned from', () => {
    assert.deepEqual(changes(same), { samples: 0, classes: false });
    // Written again, or unpainted, or nothing to learn from: all the same to it.
    const others = [
      entry('a', { modified: 9000 }),
      entry('b'),
      entry('c', unpainted),
      entry('d', { origin: { kind: 'photo' } }),
    ];
    assert.deepEqual(changes(others), { samples: 0, classes: false });
  });

  it('is when a sample was painted, came, went, or was discarded', () => {
    assert.equal(changes([entry('a', { labelsHash: 'other' }), entry('b')]).samples, 1);
    assert.equal(changes([...same, entry('c')]).samples, 1);
    assert.equal(changes([entry('a')]).samples, 1);
    assert.equal(changes([entry('a', { status: 'discarded' }), entry('b', { labelsHash: 'other' })]).samples, 2);
  });

  it('is when a class came or went, and is not when one is called otherwise', () => {
    assert.equal(changes(same, classes.slice(1)).classes, true);
    assert.equal(changes(same, [...classes, { id: 4, name: 'hat', colour: '#000000' }]).classes, true);
    assert.equal(changes(same, [{ id: 0, name: 'rest', colour: '#ffffff' }, classes[1]!]).classes, false);
  });

  it('goes by the time for files that don’t know their samples', () => {
    const late = [entry('a', { modified: 3000 }), entry('b', { modified: 1000 })];
    assert.deepEqual(changes(late, classes, {}), { samples: 1, classes: false });
  });
});

/** A data set of so many images, with scores in [0, 1). */
function summaryOf(
  scores: readonly number[],
  dropped: readonly number[] = [],
  rejected: readonly number[] = [],
): DataSetSummary {
  const classes = [{ id: 0, name: 'background', colour: '#e6e6e6' }];
  const rows = scores.map((score, id) => ({ id, sum: 10 * score, top10mean: score, pixels: { '0': 12 } }));
  const filter = {
    score: 'top10mean' as const,
    ratio: 0.1,
    threshold: 0.5,
    images: rows.length,
    dropped: [...dropped],
  };
  const selection = selectionOf(filter, rejected);
  const ranked = [...rows].sort((a, b) => b.top10mean - a.top10mean || b.id - a.id);
  return {
    folder: '/project/datasets/one',
    name: 'one',
    count: rows.length,
    width: 4,
    height: 3,
    seed: 1,
    members: 10,
    interpreterSha256: 'b'.repeat(64),
    classes,
    statistics: statistics(rows, classes, selection),
    score: 'top10mean',
    ids: Uint32Array.from(ranked, ({ id }) => id),
    scores: Float64Array.from(ranked, ({ top10mean }) => top10mean),
    fates: Uint8Array.from(ranked, ({ id }) => FATES.indexOf(selection.fateOf(id))),
  };
}

describe('the tree of the uncertainty', () => {
  it('has every image under exactly one leaf, most uncertain first, at most 100 under a node', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 1500 }), (scores) => {
        const nodes = walk(
          uncertaintyGroups({ of: 'images', dataSet: summaryOf(scores) }),
          uncertaintyChildren,
          uncertaintyNodeId,
        );
        const leaves = nodes.flatMap((node) => (node.kind === 'image' ? [node] : []));
        assert.deepEqual(
          leaves.map(({ id }) => id).sort((a, b) => a - b),
          [...scores.keys()],
        );
        leaves.forEach(({ rank, score, id }, i) => {
          assert.equal(rank, i + 1);
          assert.equal(score, scores[id]);
          if (i > 0) assert.ok(score <= leaves[i - 1]!.score);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('marks what the filter dropped and what a person rejected', () => {
    const nodes = walk<UncertaintyNode>(
      uncertaintyGroups({ of: 'images', dataSet: summaryOf([0.9, 0.8, 0.1], [0], [2]) }),
      uncertaintyChildren,
      uncertaintyNodeId,
    );
    const fates = nodes.flatMap((node) => (node.kind === 'image' ? [[node.id, node.fate]] : []));
    assert.deepEqual(fates, [
      [0, 'dropped'],
      [1, 'kept'],
      [2, 'rejected'],
    ]);
  });

  it('ranks samples and leaves those without a score out', () => {
    const scores = new Map([
      ['a', 0.1],
      ['b', 0.4],
      ['d', 0.4],
    ]);
    const ranking = rankSamples(
      ['a', 'b', 'c', 'd'].map((name) => entry(name)),
      ({ name }) => scores.get(name),
    );
    const leaves = walk(uncertaintyGroups(ranking), uncertaintyChildren, uncertaintyNodeId).flatMap((node) =>
      node.kind === 'sample' ? [node.entry.name] : [],
    );
    assert.deepEqual(leaves, ['b', 'd', 'a']);
  });
});

describe('the tree of a data set', () => {
  const rows = (summary: DataSetSummary): readonly DataSetNode[] =>
    walk(dataSetRows(summary), (node) => ('nodes' in node ? node.nodes : []), dataSetNodeId);

  it('counts every image once: kept, filtered out, rejected', () => {
    const kept = rows(summaryOf([0.9, 0.8, 0.1, 0.2], [0], [2])).find(({ kind }) => kind === 'kept');
    assert.deepEqual(kept, {
      kind: 'kept',
      folder: '/project/datasets/one',
      images: 4,
      kept: 2,
      dropped: 1,
      rejected: 1,
    });
  });

  it('shows quantiles from most to least', () => {
    const values = rows(summaryOf([0.1, 0.2, 0.3])).flatMap((node) => (node.kind === 'quantile' ? [node.value] : []));
    assert.equal(values.length, 7);
    assert.deepEqual(
      values,
      [...values].sort((a, b) => b - a),
    );
  });

  it('of an empty data set has no scores', () => {
    const kinds = rows(summaryOf([])).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['images', 'classes', 'class']);
  });
});

describe('the tree of jobs', () => {
  const times = { queued: '2026-01-01T10:00:00.000Z', heartbeat: '2026-01-01T10:00:00.000Z' };
  const process = { pid: 7, host: 'here', space: '', began: '' };
  const base = { version: 1, process, ...times, started: '2026-01-01T10:00:01.000Z' } as const;
  const ended = '2026-01-01T10:00:31.000Z';
  const own = (journal: Journal): JobView => ({ journal, progress: undefined, own: true });
  const done = (id: string, job = 'train', result: unknown = {}): JobView =>
    own({ ...base, id, job, options: {}, state: 'done', ended, result });
  const running = (id: string): JobView =>
    own({ ...base, id, job: 'generate', options: { count: 5 }, state: 'running' });
  const all = (jobs: readonly JobView[]): readonly JobsNode[] => walk(jobsRoots(jobs), jobsChildren, jobsNodeId);

  it('shows running jobs first, then the newest', () => {
    const ids = jobsRoots([done('3'), running('2'), done('1')]).map((node) => node.kind === 'job' && node.id);
    assert.deepEqual(ids, ['2', '3', '1']);
  });

  it('has every job once, however many', () => {
    const jobs = Array.from({ length: 250 }, (_, i) => done(String(i)));
    assert.equal(all(jobs).filter(({ kind }) => kind === 'job').length, 250);
  });

  it('says what a job gave in its own words, and nothing of a result it does not know', () => {
    const result = { folder: '/p/samples', files: ['a', 'b'] };
    const said = jobDetails(done('1', 'sample', result)).flatMap((d) => (d.what === 'result' ? [d.sentence] : []));
    assert.deepEqual(said, ['2 samples in /p/samples, ready to be labelled.']);
    assert.ok(!jobDetails(done('1', 'sample', { other: 1 })).some(({ what }) => what === 'result'));
    assert.ok(!jobDetails(done('1', 'from the future', {})).some(({ what }) => what === 'result'));
  });

  it('shows the curve of a training while it grows and ever after, and none before the first measurement', () => {
    const at = (losses?: LossPoint[]) => ({ stage: 'training', done: 5, total: 9, unit: 'steps', losses });
    const curveOf = (view: JobView) => jobDetails(view).flatMap((d) => (d.what === 'curve' ? [d.losses] : []));
    const training = (id: string): Journal => ({ ...base, id, job: 'train', options: {}, state: 'running' });
    const losses = [{ step: 5, loss: 0.3 }];
    assert.deepEqual(curveOf({ journal: training('1'), progress: at(), own: true }), []);
    assert.deepEqual(curveOf({ journal: training('1'), progress: at(losses), own: true }), [losses]);
    const over = done('1').journal;
    assert.deepEqual(curveOf(own({ ...over, progress: at(losses) } as Journal)), [losses]);
  });

  it('says why a job failed and how long it took', () => {
    const error = { kind: 'user' as const, message: 'No samples.' };
    const details = jobDetails(
      own({ ...base, id: '1', job: 'train', options: { members: 3 }, state: 'failed', ended, error }),
    );
    assert.deepEqual(details, [
      { what: 'error', sentence: 'No samples.' },
      { what: 'options', options: [{ name: 'members', value: '3' }] },
      { what: 'started', time: Date.parse(base.started) },
      { what: 'took', seconds: 30 },
    ]);
  });
});

describe('the curve of the held-out loss', () => {
  it('stays within its picture, whatever the losses', () => {
    const points = fc.array(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), { maxLength: 20 });
    fc.assert(
      fc.property(points, (losses) => {
        const curve = losses.map((loss, i) => ({ step: i * 10, loss }));
        const svg = lossCurveSvg(curve, { width: 30, height: 20, stroke: '#ff0000', strokeWidth: 1 });
        assert.doesNotMatch(svg, /NaN|Infinity/);
        for (const [, x, y] of svg.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)) {
          assert.ok(Number(x) >= 0 && Number(x) <= 30, svg);
          assert.ok(Number(y) >= 0 && Number(y) <= 20, svg);
        }
      }),
    );
  });

  it('falls from the upper left to the lower right', () => {
    const svg = lossCurveSvg(
      [
        { step: 0, loss: 1 },
        { step: 5, loss: 0.1 },
      ],
      { width: 16, height: 16, stroke: '#f00', strokeWidth: 1 },
    );
    assert.match(svg, /M1\.0 1\.0L15\.0 15\.0/);
  });
});
