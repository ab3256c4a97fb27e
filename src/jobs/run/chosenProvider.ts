import { chooseProvider, providerLabel, thisMachine } from '../../engine/providers.ts';
import type { ProviderName } from '../../engine/session.ts';
import type { JobContext } from '../runner.ts';

/** What the job's sessions run on; the log says what won and why the others did not. */
export async function chosenProvider({
  compute,
  log,
  provider,
}: Pick<JobContext, 'compute' | 'log' | 'provider'>): Promise<{
  readonly provider: ProviderName;
  readonly threads?: number;
}> {
  const { chosen, tried } = await chooseProvider(compute.provider, await thisMachine(compute.threads));
  for (const { detail } of tried) log(detail);
  provider(providerLabel[chosen]);
  log(`Computing on: ${providerLabel[chosen]}.`);
  return { provider: chosen, ...(compute.threads === undefined ? {} : { threads: compute.threads }) };
}
