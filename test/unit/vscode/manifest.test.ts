import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { computeSchema } from '../../../src/jobs/protocol.ts';
import {
  ANNOTATOR_ACTION_NAMES,
  ANNOTATOR_ACTIONS,
  commandOf,
  type AnnotatorAction,
} from '../../../src/messages/annotatorActions.ts';
import {
  ANNOTATOR_COMMANDS,
  ANNOTATOR_VIEW_TYPE,
  COMMANDS,
  CONTEXT_KEYS,
  PROBLEM_MATCHER,
  REACHED_KEYS,
  REPORT_VIEW_TYPE,
  SETTINGS,
  TASK_TYPE,
  TREE_ITEMS,
  VIEW_CONTAINER,
  VIEWS,
} from '../../../src/vscode/ids.ts';

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

interface Manifest {
  readonly icon: string;
  readonly main: string;
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
      readonly enablement?: string;
    }[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly enum?: readonly string[]; readonly scope: string }>>;
    };
    readonly customEditors: readonly { readonly viewType: string }[];
    readonly keybindings: readonly { readonly command: string; readonly key: string; readonly when: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly problemMatchers: readonly { readonly name: string }[];
    readonly taskDefinitions: readonly { readonly type: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when?: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly description: string;
        readonly media: Readonly<Record<string, string>>;
        readonly completionEvents: readonly string[];
      }[];
    }[];
  };
}

const text = readFileSync('package.json', 'utf8');
const manifest = JSON.parse(text) as Manifest;
const { contributes } = manifest;
const strings = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;

const sorted = (values: Iterable<string>): string[] => [...values].sort();
const textOf = (key: string): string | undefined => strings[key.slice(1, -1)];
const ownCommands: string[] = [...Object.values(COMMANDS), ...ANNOTATOR_COMMANDS];

describe('the manifest', () => {
  it('contributes the commands of the table, each once, with a title and the category', () => {
    assert.deepEqual(sorted(contributes.commands.map(({ command }) => command)), sorted(ownCommands));
    for (const { command, title, category } of contributes.commands) {
      assert.ok(textOf(title), command);
      assert.equal(textOf(category), 'DatasetGAN');
    }
  });

  it('calls the annotator’s actions and binds them to keys as their table does', () => {
    const titles = new Map(contributes.commands.map(({ command, title }) => [command, textOf(title)]));
    for (const name of ANNOTATOR_ACTION_NAMES) {
      const { title, key }: AnnotatorAction = ANNOTATOR_ACTIONS[name];
      assert.equal(titles.get(commandOf(name)), title);
      const keys = contributes.keybindings.filter(({ command }) => command === commandOf(name));
      assert.deepEqual(
        keys.map((binding) => binding.key),
        key === undefined ? [] : [key],
      );
    }
    assert.equal(new Set(contributes.keybindings.map(({ key }) => key)).size, contributes.keybindings.length);
  });

  it('lets plain letters be keys only while an annotator has the focus and no text field has', () => {
    for (const { when } of contributes.keybindings)
      assert.equal(when, `${CONTEXT_KEYS.annotatorFocused} && !inputFocus`);
  });

  it('contributes views, editor, settings, task type and problem matcher as the code knows them', () => {
    assert.deepEqual(
      contributes.views[VIEW_CONTAINER]?.map(({ id }) => id),
      Object.values(VIEWS),
    );
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map(({ id }) => id),
      [VIEW_CONTAINER],
    );
    assert.deepEqual(
      contributes.customEditors.map(({ viewType }) => viewType),
      [ANNOTATOR_VIEW_TYPE],
    );
    assert.deepEqual(
      sorted(Object.keys(contributes.configuration.properties)),
      sorted(Object.values(SETTINGS).map((name) => `datasetgan.${name}`)),
    );
    assert.deepEqual(
      contributes.taskDefinitions.map(({ type }) => type),
      [TASK_TYPE],
    );
    assert.ok(manifest.activationEvents.includes(`onTaskType:${TASK_TYPE}`));
    assert.deepEqual(
      contributes.problemMatchers.map(({ name }) => `$${name}`),
      [PROBLEM_MATCHER],
    );
  });

  it('offers the execution providers that a job knows', () => {
    assert.deepEqual(
      contributes.configuration.properties[`datasetgan.${SETTINGS.provider}`]?.enum,
      computeSchema.shape.provider.options,
    );
  });

  it('restricts every setting that decides what code is run', () => {
    assert.ok(
      manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes(
        `datasetgan.${SETTINGS.onnxruntimeFolder}`,
      ),
    );
    for (const { scope } of Object.values(contributes.configuration.properties))
      assert.equal(scope, 'machine-overridable');
  });

  it('uses context keys and items that the code sets', () => {
    const keys = new Set<string>([...Object.values(CONTEXT_KEYS), ...Object.values(REACHED_KEYS)]);
    const ids = new Set<string>([...ownCommands, ...Object.values(VIEWS), ANNOTATOR_VIEW_TYPE, REPORT_VIEW_TYPE]);
    const clauses = [
      ...contributes.commands.map(({ enablement }) => enablement),
      ...Object.values(contributes.menus).flatMap((items) => items.map(({ when }) => when)),
      ...contributes.viewsWelcome.map(({ when }) => when),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.flatMap(({ completionEvents }) => completionEvents)),
    ];
    for (const clause of clauses) {
      for (const [name] of (clause ?? '').matchAll(/datasetgan\.[\w.]+/g))
        assert.ok(keys.has(name) || ids.has(name), `${name} in "${clause}"`);
      for (const item of /viewItem =~ \/\^\((.*)\)\$\//.exec(clause ?? '')?.[1]?.split('|') ?? [])
        assert.ok(item in TREE_ITEMS, `${item} in "${clause}"`);
    }
  });

  it('names only its own commands in menus, welcome views and the walkthrough', () => {
    const named = [
      ...Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command)),
      ...[...contributes.viewsWelcome.map(({ contents }) => contents)]
        .concat(contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description)))
        .flatMap((key) => [...(textOf(key) ?? '').matchAll(/\(command:(datasetgan[\w.]+)/g)].map((match) => match[1]!)),
    ];
    for (const command of named) assert.ok(ownCommands.includes(command), command);
  });

  it('has every text that it names, and no text that nobody names', () => {
    const named = [...text.matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]!);
    assert.deepEqual(sorted(new Set(named)), sorted(Object.keys(strings)));
  });

  it('names files that are there', () => {
    const files = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media['svg'] ?? media['image']!)),
    ];
    for (const file of files) assert.ok(existsSync(file), file);
  });
});
