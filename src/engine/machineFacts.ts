import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { MachineFacts } from './providerAdvice.ts';
import { nodeRuntime } from './session.ts';

/** What this machine has, for `providerAdvice`. Asks NVIDIA's driver through /proc, then through nvidia-smi. */
export async function machineFacts(ortFolder?: string): Promise<MachineFacts> {
  const nvidia = await nvidiaCard();
  return {
    platform: process.platform,
    arch: process.arch,
    runtimeVersion: (await nodeRuntime()).env.versions.node ?? 'unknown',
    ...(nvidia === undefined ? {} : { nvidia }),
    ...(ortFolder === undefined ? {} : { ortFolder }),
  };
}

async function nvidiaCard(): Promise<string | undefined> {
  return (await cardFromProc('/proc/driver/nvidia')) ?? (await cardFromTool());
}

/** The name of the first card under NVIDIA's folder in /proc, '' when the driver is there but names none. */
export async function cardFromProc(folder: string): Promise<string | undefined> {
  try {
    const cards = await readdir(`${folder}/gpus`);
    if (cards[0] === undefined) return '';
    const text = await readFile(`${folder}/gpus/${cards[0]}/information`, 'utf8');
    return /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? '';
  } catch {
    return undefined; // no such driver
  }
}

async function cardFromTool(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
      timeout: 5000,
    });
    return stdout.split('\n')[0]?.trim() ?? '';
  } catch {
    return undefined; // not installed, or it finds no driver
  }
}
