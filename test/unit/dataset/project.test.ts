import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { format } from 'prettier';
import { parseJson } from '../../../src/dataset/jsonText.ts';
import { projectJsonSchema, type WrittenProject } from '../../../src/dataset/project.ts';
import {
  findProject,
  projectPaths,
  readProject,
  updateProject,
  writeProject,
} from '../../../src/dataset/projectFile.ts';
import { hiddenSizes } from '../../../src/interpreter/ensemble.ts';
import { refused } from './refused.ts';

const written: WrittenProject = {
  generator: { path: 'models/generator.onnx' },
  classes: [
    { id: 0, name: 'background', colour: '#e6e6e6' },
    { id: 3, name: 'hair', colour: '#78461e' },
  ],
  generation: { count: 500 },
};

describe('the project file', () => {
  let folder: string;
  const file = (): string => join(folder, 'datasetgan.json');
  const write = (json: unknown): Promise<void> =>
    writeFile(file(), typeof json === 'string' ? json : JSON.stringify(json));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dgan-project-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read with every default filled in', async () => {
    await write(written);
    const project = await readProject(folder);
    const { settings } = project;
    assert.equal(settings.generation.count, 500);
    assert.equal(settings.interpreter.members, 10);
    assert.equal(settings.generation.score, 'top10mean');
    assert.deepEqual(settings.generation.truncation, { psi: 0.7, layers: 8 });
    assert.equal(settings.nextClassId, 4);
    assert.equal(projectPaths(project).generator, join(folder, 'models', 'generator.onnx'));
    assert.equal(projectPaths(project).samples, join(folder, 'samples'));
  });

  it('keeps what a person wrote and writes no defaults', async () => {
    await write(written);
    const project = await updateProject(folder, (old) => ({ ...old, generation: { ...old.generation, seed: 7 } }));
    assert.equal(project.settings.generation.seed, 7);
    assert.equal(
      await readFile(file(), 'utf8'),
      `${JSON.stringify({ ...written, generation: { count: 500, seed: 7 } }, undefined, 2)}\n`,
    );
  });

  it('is not written with a wrong setting', async () => {
    await writeProject(folder, written);
    const before = await readFile(file(), 'utf8');
    await refused(
      () => updateProject(folder, (old) => ({ ...old, generation: { count: 0 } })),
      'datasetgan.json: "generation.count"',
    );
    assert.equal(await readFile(file(), 'utf8'), before);
  });

  it('says which key is a typo and suggests the right one', async () => {
    await write({ ...written, interpreter: { membres: 5 } });
    await refused(() => readProject(folder), file(), 'no key "interpreter.membres" (did you mean "members"?)');
    await write({ ...written, generation: { truncation: { PSI: 5 } } });
    await refused(() => readProject(folder), 'no key "generation.truncation.PSI" (did you mean "psi"?)');
    await write({ ...written, clases: [] });
    await refused(() => readProject(folder), 'no key "clases" (did you mean "classes"?)');
    await write({ ...written, classes: [{ id: 1, name: 'a', colour: '#000000', color: '#ffffff' }] });
    await refused(() => readProject(folder), 'no key "classes[0].color" (did you mean "colour"?)');
    await write({ ...written, zzzzzzzz: 1 });
    await refused(() => readProject(folder), /no key "zzzzzzzz"\.$/);
  });

  it('says which value is wrong', async () => {
    const cases: [object, string][] = [
      [{ interpreter: { features: 'mine' } }, '"interpreter.features"'],
      [{ interpreter: { hidden: [128] } }, '"interpreter.hidden"'],
      [{ interpreter: { hidden: [128, 'x'] } }, '"interpreter.hidden[1]"'],
      [{ generation: { count: 1.5 } }, '"generation.count"'],
      [{ generation: { truncation: { layers: 'none' } } }, '"generation.truncation.layers"'],
      [{ generator: undefined }, '"generator" is missing.'],
      [{ generator: { path: 3 } }, '"generator.path": expected string, received number.'],
      [{ generator: { path: 'x', sha256: 'abc' } }, '"generator.sha256": a SHA-256 has 64 hexadecimal digits'],
      [{ nextClassId: 3 }, '"nextClassId": it is 3, but a class has the id 3'],
      [{ classes: [written.classes[0], written.classes[0]] }, '"classes": two classes have the id 0'],
      [{ classes: [{ id: 255, name: 'a', colour: '#000000' }] }, '"classes[0].id"'],
    ];
    for (const [change, words] of cases) {
      await write({ ...written, ...change });
      await refused(() => readProject(folder), file(), words);
    }
    await write('[]');
    await refused(() => readProject(folder), file());
  });

  it('says file, line and column of a mistake in the JSON', async () => {
    await write('{\n  "generator": { "path": "x" },\n  "classes": [],\n}');
    await refused(() => readProject(folder), `${file()} is not valid JSON: line 4, column 1: a key in double quotes`);
    await rm(file());
    await refused(() => readProject(folder), file(), 'dgan init');
  });

  it('is found upwards from any folder', async () => {
    await write(written);
    await mkdir(join(folder, 'samples', 'deep'), { recursive: true });
    assert.equal(await findProject(join(folder, 'samples', 'deep')), folder);
    assert.equal(await findProject(folder), folder);
    assert.equal(await findProject('/'), undefined);
  });

  it('has the JSON schema that is committed for the editor', async () => {
    const path = new URL('../../../media/datasetgan.schema.json', import.meta.url);
    const schema = JSON.parse(JSON.stringify(projectJsonSchema())) as unknown;
    if (process.env['UPDATE'] === '1')
      await writeFile(path, await format(JSON.stringify(schema), { parser: 'json', printWidth: 120 }));
    assert.deepEqual(
      JSON.parse(await readFile(path, 'utf8')),
      schema,
      'run this test with UPDATE=1 and commit the file',
    );
  });

  it('has a description for every key', () => {
    interface Node {
      description?: string;
      properties?: Record<string, Node>;
      items?: Node;
    }
    const bare: string[] = [];
    const walk = (node: Node, path: string): void => {
      for (const [key, child] of Object.entries(node.properties ?? {})) {
        if (child.description === undefined) bare.push(`${path}.${key}`);
        walk(child, `${path}.${key}`);
      }
      if (node.items) walk(node.items, `${path}[]`);
    };
    walk(projectJsonSchema(), '');
    assert.deepEqual(bare, []);
  });

  it('takes the sizes of the hidden layers from the number of classes', () => {
    assert.deepEqual(hiddenSizes('auto', 31), [128, 32]);
    assert.deepEqual(hiddenSizes('auto', 32), [256, 128]);
    assert.deepEqual(hiddenSizes([7, 5], 32), [7, 5]);
  });
});

describe('JSON text', () => {
  const place = (text: string): string => {
    try {
      parseJson(text, 'f');
      return 'valid';
    } catch (error) {
      return (error as Error).message.replace('f is not valid JSON: ', '');
    }
  };

  it('is placed by line and column where it breaks', () => {
    assert.equal(place('{"a": 1 "b": 2}'), 'line 1, column 9: "," or "}" is missing.');
    assert.equal(place('{"a" 1}'), 'line 1, column 6: ":" is missing.');
    assert.equal(place('[1,\n 2,\n tru]'), 'line 3, column 2: a value is missing or misspelt.');
    assert.equal(place('{"a": [1, 2]\n'), 'line 2, column 1: the file ends where "," or "}" is missing.');
    assert.equal(place(''), 'line 1, column 1: the file ends where a value is missing or misspelt.');
    assert.equal(place('{} {}'), 'line 1, column 4: something stands after the end.');
    assert.match(place('['.repeat(100_000)), /too deep/);
  });

  it('breaks exactly where JSON.parse does not accept it', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', '1', 'x'),
        (json, seed, text) => {
          const at = seed % (json.length + 1);
          const broken = json.slice(0, at) + text + json.slice(at + 1);
          let valid = true;
          try {
            JSON.parse(broken);
          } catch {
            valid = false;
          }
          if (valid) assert.equal(place(broken), 'valid');
          else assert.match(place(broken), /^line \d+, column \d+: /);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('may begin with a byte order mark', () => assert.deepEqual(parseJson('\uFEFF[1]', 'f'), [1]));
});
