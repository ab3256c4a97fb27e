import { LockedError, takeLock } from '../../../src/jobs/lock.ts';

// Takes a project's lock, says so, and holds it until its standard input ends. Arguments: project, name.
async function take(project: string, name: string): Promise<void> {
  try {
    await takeLock(project, name, 'test');
    console.log('taken');
    process.stdin.resume().on('end', () => process.exit(0));
  } catch (error) {
    console.log(error instanceof LockedError ? 'locked' : `failed: ${String(error)}`);
    process.exit(0);
  }
}

void take(process.argv[2]!, process.argv[3]!);
