import { pathToFileURL } from 'node:url';
import { main } from '../../../src/jobs/terminal/main.ts';
import { workerAt } from '../../../src/jobs/workerEntry.ts';

// `dgan` with the worker of the tests, whose file is the first argument.
const [worker] = process.argv.splice(2, 1) as [string];
void main({ version: '1.2.3', bugs: 'nowhere', worker: workerAt(pathToFileURL(worker)) });
