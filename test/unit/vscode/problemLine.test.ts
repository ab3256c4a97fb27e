import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSample } from '../../../src/dataset/dganFile.ts';
import { readProject } from '../../../src/dataset/projectFile.ts';
import { fileProblem, placeOfKey, problemLine } from '../../../src/vscode/tasks/problemLine.ts';

interface Matcher {
  readonly name: string;
  readonly pattern: { readonly regexp: string; readonly [group: string]: number | string };
}

describe('problems of files, for the Problems panel', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'a folder (1) '))));
  after(() => rm(folder, { recursive: true }));

  const sentenceOf = (promise: Promise<unknown>) =>
    promise.then(
      () => assert.fail('it was read'),
      (error: unknown) => (error as Error).message,
    );

  /** The line as the manifest's `$datasetgan` reads it. */
  async function matched(line: string) {
    const manifest = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      contributes: { problemMatchers: Matcher[] };
    };
    const { pattern } = manifest.contributes.problemMatchers.find(({ name }) => name === 'datasetgan')!;
    const found = new RegExp(pattern.regexp).exec(line);
    assert(found, line);
    const part = (name: string) => found[Number(pattern[name])]!;
    return {
      file: part('file'),
      place: `${part('line')}:${part('column')}`,
      severity: part('severity'),
      code: part('code'),
      message: part('message'),
    };
  }

  async function projectProblem(text: string) {
    await writeFile(join(folder, 'datasetgan.json'), text);
    const problem = fileProblem(await sentenceOf(readProject(folder)));
    assert(problem);
    return matched(problemLine(problem, text));
  }

  it('points into a project file that is no JSON', async () => {
    const { file, place, severity, code, message } = await projectProblem('{\n  "classes": [\n    1,,\n  ]\n}');
    assert.deepEqual([file, place, severity, code], [join(folder, 'datasetgan.json'), '3:7', 'error', 'project']);
    assert.match(message, /not valid JSON/);
  });

  it('points at the key that is wrong or unknown', async () => {
    const rest = '"generator": {"path": "g.onnx"}, "classes": [{"id": 0, "name": "a", "colour": "#000000"}]';
    const unknown = await projectProblem(`{\n${rest},\n"generation": {"seed": 1,\n  "cout": 5}\n}`);
    assert.equal(unknown.place, '4:3');
    assert.match(unknown.message, /no key "generation.cout" \(did you mean "count"\?\)/);
    assert.equal((await projectProblem(`{\n${rest},\n"interpreter": {\n "members": 0}}`)).place, '4:2');
    // What is missing stands nowhere; the nearest is what it is missing in.
    assert.equal((await projectProblem('{\n "classes": []}')).place, '1:1');
  });

  it('names the sample that can not be read', async () => {
    const path = join(folder, '007.dgan');
    await writeFile(path, 'not a zip');
    const problem = fileProblem(await sentenceOf(readSample(path)));
    assert(problem);
    const { file, place, code, message } = await matched(problemLine(problem, undefined));
    assert.deepEqual([file, place, code], [path, '1:1', 'sample']);
    assert.match(message, /is not a ZIP file/);
    const missing = fileProblem(await sentenceOf(readSample(join(folder, 'none.dgan'))));
    assert.equal(missing?.file, join(folder, 'none.dgan'));
  });

  it('leaves other sentences alone', () => {
    assert.equal(fileProblem('The setting asks for CUDA, which can’t be used.'), undefined);
    assert.equal(fileProblem('/a/b/interpreter.onnx was trained for another generator.'), undefined);
    assert.equal(fileProblem('There is no datasetgan.json in /a/b: make a project.'), undefined);
    assert.deepEqual(placeOfKey('', 'a.b'), { line: 1, column: 1 });
  });
});
