import { fileURLToPath } from 'node:url';

/** The repository's root, absolute. */
export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** The extension as VS Code names it. */
export const extensionId = 'datasetgan.datasetgan';
