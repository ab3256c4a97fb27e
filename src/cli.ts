#!/usr/bin/env node
import packageJson from '../package.json' with { type: 'json' };
import { main } from './jobs/terminal/main.ts';

void main({ version: packageJson.version, bugs: 'its issue tracker' });
