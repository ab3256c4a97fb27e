import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { applyEdit } from '../../../src/dataset/annotation/labelEdit.ts';
import { changeClass, classChangeEdit, withClassChange, type ClassChange } from '../../../src/dataset/classChanges.ts';
import { withNewClass } from '../../../src/dataset/classes.ts';
import { readSample, writeSample } from '../../../src/dataset/dganFile.ts';
import { pixelsPerId } from '../../../src/dataset/labelMap.ts';
import type { WrittenProject } from '../../../src/dataset/project.ts';
import { readProject, writeProject, type Project } from '../../../src/dataset/projectFile.ts';
import type { Sample } from '../../../src/dataset/sample.ts';
import { labelMap } from './arbitraries.ts';
import { refused } from './refused.ts';

const classes = [
  { id: 0, name: 'background', colour: '#e6e6e6' },
  { id: 1, name: 'skin', colour: '#ffcda0' },
  { id: 4, name: 'hair', colour: '#78461e' },
];
const written: WrittenProject = { generator: { path: 'generator.onnx' }, classes };

function sample(ids: readonly number[]): Sample {
  const size = { width: ids.length, height: 1 };
  return {
    manifest: {
      format: 'datasetgan-sample',
      version: 1,
      origin: { kind: 'photo' },
      status: 'reviewed',
      classes: classes.map((c) => ({ ...c, name: `old ${c.name}`, fromTheFuture: c.id })),
      alsoFromTheFuture: true,
    },
    image: { ...size, data: new Uint8Array(3 * ids.length).fill(7) },
    labels: { ...size, data: Uint8Array.from(ids) },
    otherEntries: new Map([['notes.txt', Uint8Array.of(65)]]),
  };
}

describe('a change of classes', () => {
  let folder: string;
  let project: Project;
  const path = (name: string): string => join(folder, 'samples', name);
  const labelsOf = async (name: string): Promise<number[]> => [...(await readSample(path(name))).labels.data];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dgan-classes-'));
    project = await writeProject(folder, written);
    await writeSample(path('a.dgan'), sample([0, 1, 1, 4, 255]));
    await writeSample(path('b.dgan'), sample([0, 4, 4, 4, 4]));
    await writeSample(path('c.dgan'), sample([255, 255]));
    await writeFile(path('notes.txt'), 'not a sample');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('merges one class into another, in the samples and in the project', async () => {
    const { project: after, changedFiles } = await changeClass(project, { kind: 'merge', id: 1, into: 4 });
    assert.deepEqual(changedFiles, [path('a.dgan')]);
    assert.deepEqual(await labelsOf('a.dgan'), [0, 4, 4, 4, 255]);
    assert.deepEqual(after.written.classes, [classes[0], classes[2]]);
    const { manifest, image, otherEntries } = await readSample(path('a.dgan'));
    const { manifest: before, image: sameImage } = sample([0]);
    assert.deepEqual(manifest, {
      ...before,
      classes: [
        { ...classes[0], fromTheFuture: 0 },
        { ...classes[2], fromTheFuture: 4 },
      ],
    });
    assert.equal(image.data[0], sameImage.data[0]);
    assert.deepEqual([...(otherEntries ?? [])], [['notes.txt', Uint8Array.of(65)]]);
  });

  it('deletes a class: its pixels are not labelled, its id is never given again', async () => {
    const { project: after, changedFiles } = await changeClass(project, { kind: 'delete', id: 4 });
    assert.deepEqual(changedFiles, [path('a.dgan'), path('b.dgan')]);
    assert.deepEqual(await labelsOf('a.dgan'), [0, 1, 1, 255, 255]);
    assert.deepEqual(await labelsOf('b.dgan'), [0, 255, 255, 255, 255]);
    assert.equal(withNewClass(after.settings, 'hat')?.classes.at(-1)?.id, 5);
    assert.equal((await readProject(folder)).settings.nextClassId, 5);
  });

  it('renames and recolours in the project file alone', async () => {
    const before = await readFile(path('a.dgan'));
    await changeClass(project, { kind: 'rename', id: 4, name: 'hat' });
    const { project: after, changedFiles } = await changeClass(project, { kind: 'recolour', id: 4, colour: '#000001' });
    assert.deepEqual(changedFiles, []);
    assert.deepEqual(after.written, { ...written, classes: [classes[0], classes[1], { id: 4, name: 'hat', colour: '#000001' }] }); // prettier-ignore
    assert.deepEqual(await readFile(path('a.dgan')), before);
  });

  it('of a project without samples is made to the project alone', async () => {
    await rm(path(''), { recursive: true });
    const { project: after, changedFiles } = await changeClass(project, { kind: 'delete', id: 4 });
    assert.deepEqual(changedFiles, []);
    assert.deepEqual(after.written.classes, classes.slice(0, 2));
  });

  it('leaves open samples with unsaved changes to their editors', async () => {
    const { changedFiles } = await changeClass(
      project,
      { kind: 'delete', id: 4 },
      { except: new Set([path('a.dgan')]) },
    );
    assert.deepEqual(changedFiles, [path('b.dgan')]);
    assert.deepEqual(await labelsOf('a.dgan'), [0, 1, 1, 4, 255]);
  });

  it('changes nothing at all when one sample cannot be read', async () => {
    await writeFile(path('b.dgan'), 'damaged');
    const before = await readFile(path('a.dgan'));
    await refused(() => changeClass(project, { kind: 'delete', id: 4 }), path('b.dgan'));
    assert.deepEqual(await readFile(path('a.dgan')), before);
    assert.deepEqual((await readProject(folder)).written, written);
    assert.deepEqual(await readdir(path('')), ['a.dgan', 'b.dgan', 'c.dgan', 'notes.txt']);
  });

  it('changes nothing at all when a sample cannot be written', async () => {
    // Its name leaves no room for the temp file's.
    const long = `b${'x'.repeat(244)}.dgan`;
    await writeFile(path(long), await readFile(path('b.dgan')));
    const before = await readFile(path('a.dgan'));
    await refused(() => changeClass(project, { kind: 'delete', id: 4 }), `Could not write ${path(long)}`);
    assert.deepEqual(await readFile(path('a.dgan')), before);
    assert.deepEqual((await readProject(folder)).written, written);
    assert.deepEqual(await readdir(path('')), ['a.dgan', 'b.dgan', long, 'c.dgan', 'notes.txt']);
  });

  it('says what was done when it fails on the way, and can be done again', async () => {
    // The project file turns into a folder, the last thing that is written.
    const file = join(folder, 'datasetgan.json');
    await rm(file);
    await mkdir(join(file, 'x'), { recursive: true });
    await refused(
      () => changeClass(project, { kind: 'delete', id: 4 }),
      /2 of 2 samples were changed already; .* done again/,
    );
    assert.deepEqual(await readdir(path('')), ['a.dgan', 'b.dgan', 'c.dgan', 'notes.txt']);
    await rm(file, { recursive: true });
    await writeProject(folder, written);
    const { changedFiles, project: after } = await changeClass(project, { kind: 'delete', id: 4 });
    assert.deepEqual(changedFiles, []);
    assert.equal(after.settings.nextClassId, 5);
  });

  it('is made to what stands in the project file now', async () => {
    const more = withNewClass({ classes, nextClassId: 5 }, 'hat', '#000000')!;
    await writeProject(folder, { ...written, ...more, classes: [...more.classes], generation: { count: 5 } });
    const { project: after } = await changeClass(project, { kind: 'delete', id: 1 });
    assert.deepEqual(after.written, { ...written, ...more, classes: more.classes.filter(({ id }) => id !== 1), generation: { count: 5 } }); // prettier-ignore
  });

  it('refuses what makes no sense, with a sentence', async () => {
    const wrong = (change: ClassChange, ...said: string[]): Promise<void> =>
      refused(() => withClassChange(written, change), ...said);
    await wrong({ kind: 'delete', id: 3 }, 'no class with the id 3');
    await wrong({ kind: 'merge', id: 1, into: 3 }, 'no class with the id 3');
    await wrong({ kind: 'merge', id: 1, into: 1 }, '"skin" cannot be merged into itself');
    await wrong({ kind: 'rename', id: 1, name: 'hair' }, '"skin"', 'are both called "hair"');
    await wrong({ kind: 'rename', id: 1, name: ' ' }, 'has no name');
    await wrong({ kind: 'recolour', id: 1, colour: 'red;}' }, '#rrggbb');
  });

  it('of one label map moves exactly the pixels of the class', () => {
    fc.assert(
      fc.property(labelMap, fc.nat({ max: 254 }), fc.nat({ max: 254 }), (labels, id, into) => {
        const before = pixelsPerId(labels);
        for (const [change, target] of [
          [{ kind: 'merge', id, into }, into],
          [{ kind: 'delete', id }, 255],
        ] as const) {
          const after = { ...labels, data: labels.data.slice() };
          const edit = classChangeEdit(after, change);
          assert.equal(edit === undefined, before[id] === 0 || target === id);
          if (edit) applyEdit(after, edit);
          const expected = before.slice();
          expected[id] = 0;
          expected[target]! += before[id]!;
          assert.deepEqual(pixelsPerId(after), expected);
        }
        assert.equal(classChangeEdit(labels, { kind: 'rename', id, name: 'x' }), undefined);
      }),
    );
  });
});
