// An editor with its interactive child, which keeps the child busy until it is killed: for "dies with its editor".
import { InteractiveClient } from '../../../src/jobs/interactive/client.ts';
import { originOf } from './interactiveProject.ts';

const project = process.argv[2]!;
const client = new InteractiveClient({ compute: () => ({ provider: 'cpu' }) });
for (let i = 0; ; i++) {
  await client.predict({ project, origin: await originOf(i), keep: false });
  if (i === 0) console.log(client.pid);
}
