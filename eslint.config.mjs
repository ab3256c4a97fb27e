import tseslint from 'typescript-eslint';

// Imports run one way: each folder may import itself and the ones after it (design: "The house").
const order = ['vscode', 'jobs', 'segmentation', 'messages', 'dataset', 'interpreter', 'stylegan', 'engine', 'base'];
const others = ['extension\\.ts', 'cli\\.ts', 'webview/', 'test/'];

const onlyVscodeImportsVscode = {
  name: 'vscode',
  message: "Only src/vscode and extension.ts import 'vscode'.",
};

const folders = order.map((folder, i) => {
  const forbidden = [...order.slice(0, i).map((name) => `${name}/`), ...others];
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: folder === 'vscode' ? [] : [onlyVscodeImportsVscode],
          patterns: [
            {
              regex: `^(\\.\\./)+(${forbidden.join('|')})`,
              message: `src/${folder} may import only ${order.slice(i).join(', ')}.`,
            },
          ],
        },
      ],
    },
  };
});

// What runs inside a webview has no Node and no vscode: of src/ it imports only what is pure.
const pureForWebviews = {
  files: ['webview/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: [onlyVscodeImportsVscode],
        patterns: [
          {
            regex: '/src/(?!messages/|base/userError|dataset/(annotation/|labelMap|classes|image))|^node:',
            message: 'A webview imports only messages and the pure label model.',
          },
        ],
      },
    ],
  },
};

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', 'media/', 'dgan-demo*/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'off', // noUncheckedIndexedAccess makes them the honest form in numeric loops
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier[imported.name='z']",
          message: "`z` brings all of zod's languages into a bundle: import * as z from 'zod'.",
        },
      ],
    },
  },
  ...folders,
  pureForWebviews,
);
