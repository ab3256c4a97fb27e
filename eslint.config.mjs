import { importX } from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

// Imports run one way: each folder may import itself and the ones after it (design: "The house").
const order = ['vscode', 'jobs', 'segmentation', 'dataset', 'interpreter', 'stylegan', 'engine'];
const zones = order.map((folder, i) => ({
  target: `./src/${folder}`,
  from: ['./src/extension.ts', './src/cli.ts', './webview', './test', ...order.slice(0, i).map((f) => `./src/${f}`)],
  message: `src/${folder} may import only ${[folder, ...order.slice(i + 1)].join(', ')}.`,
}));

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', 'media/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'off', // noUncheckedIndexedAccess makes them the honest form in numeric loops
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/vscode/**', 'src/extension.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'vscode', message: "Only src/vscode and extension.ts import 'vscode'." }] },
      ],
    },
  },
);
