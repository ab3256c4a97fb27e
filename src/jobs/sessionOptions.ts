import { chooseProvider, thisMachine, type ProviderChoice } from '../engine/providers.ts';
import type { SessionOptions } from '../engine/session.ts';
import type { Compute } from './protocol.ts';

let chosen: { readonly key: string; readonly choice: Promise<ProviderChoice> } | undefined;

/** Which execution provider the ladder chooses; probed once in a process, since probing takes a second or two on a GPU. */
export async function providerChoice({ provider, threads }: Compute): Promise<ProviderChoice> {
  const key = `${provider} ${threads ?? 'all'}`;
  if (chosen?.key !== key)
    chosen = { key, choice: thisMachine(threads).then((machine) => chooseProvider(provider, machine)) };
  return chosen.choice;
}

/** How a job's sessions run: on the provider that won, with the threads that were asked for. */
export async function sessionOptions(compute: Compute): Promise<SessionOptions> {
  const choice = await providerChoice(compute);
  return {
    provider: choice.chosen,
    cpuFallback: 'allow',
    ...(compute.threads === undefined ? {} : { threads: compute.threads }),
  };
}
