import type { FromAnnotator, ToAnnotator } from '../../src/messages/annotatorMessages.ts';
import { connectToHost, reportFailures } from '../shared/hostConnection.ts';
import { Annotator } from './annotator.ts';
import './annotator.css';

const host = connectToHost<ToAnnotator, FromAnnotator>();
reportFailures((message, stack) => {
  host.post({ type: 'failed', message, ...(stack !== undefined && { stack }) });
});
new Annotator(host, document.body);
