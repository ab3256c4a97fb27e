import assert from 'node:assert/strict';
import { UserError } from '../../../src/base/userError.ts';
import type { ProbeSize } from '../../../src/engine/probe.ts';
import { candidates, chooseProvider, thisMachine, type ProviderMachine } from '../../../src/engine/providers.ts';
import type { ProviderName } from '../../../src/engine/session.ts';

type Behaviour = 'quick' | 'slow' | 'software' | 'wrong' | 'not a number' | 'fails' | 'missing';

/** A machine whose providers behave as told; the CPU takes 1 ms and 20 ms. */
function machine(platform: string, behaviours: Partial<Record<ProviderName, Behaviour>>): ProviderMachine {
  const right = new Float32Array([1, -2, 3]);
  const times: Record<Exclude<Behaviour, 'fails' | 'missing'>, Record<ProbeSize, number>> = {
    quick: { small: 2, large: 4 },
    slow: { small: 2, large: 50 },
    software: { small: 500, large: 50_000 },
    wrong: { small: 1, large: 1 },
    'not a number': { small: 1, large: 1 },
  };
  const probe = (provider: ProviderName, size: ProbeSize) => {
    if (provider === 'cpu') return { milliseconds: size === 'small' ? 1 : 20, output: right };
    const behaviour = behaviours[provider] ?? 'missing';
    if (behaviour === 'missing') throw new Error(`${provider} was asked though the build lacks it`);
    if (behaviour === 'fails') throw new Error('/src/a.cc:1 void A::B(int) adapter != nullptr was false. No adapter.');
    const output = {
      wrong: [1, -2, 3.1],
      'not a number': [1, NaN, 3],
      quick: [1, -2, 3.0001],
      slow: right,
      software: right,
    };
    return { milliseconds: times[behaviour][size], output: Float32Array.from(output[behaviour]) };
  };
  const built = (Object.keys(behaviours) as ProviderName[]).filter((p) => behaviours[p] !== 'missing');
  return {
    platform,
    arch: 'x64',
    supported: ['cpu', ...built],
    probe: async (provider, size) => Promise.resolve(probe(provider, size)),
  };
}

describe('the ladder of execution providers', () => {
  it('takes the first that is quicker than the CPU and asks no further; the CPU is there too', async () => {
    const choice = await chooseProvider('auto', machine('win32', { dml: 'quick', webgpu: 'fails' }));
    assert.equal(choice.chosen, 'dml');
    assert.deepEqual(
      choice.tried.map((t) => [t.provider, t.outcome]),
      [
        ['dml', 'chosen'],
        ['cpu', 'slower'],
      ],
    );
    assert.deepEqual(choice.tried[0]?.timings, { own: 4, cpu: 20 });
    assert.equal(choice.tried[0].detail, 'DirectML took 4.0 ms for the probe, the CPU 20 ms.');
  });

  const losers: [Behaviour, string, string][] = [
    ['missing', 'not in this build', 'onnxruntime-node for linux x64 is built without CUDA.'],
    ['fails', 'failed to start', 'CUDA did not start: No adapter.'],
    [
      'wrong',
      'disagrees',
      "CUDA differs from the CPU by 3.3 % of the largest value on a convolution, so its results can't be trusted.",
    ],
    [
      'not a number',
      'disagrees',
      "CUDA differs from the CPU wholly on a convolution, so its results can't be trusted.",
    ],
    ['slow', 'slower', 'CUDA took 50 ms for the probe, the CPU 20 ms.'],
    ['software', 'slower', 'CUDA took 500 ms for the small probe, the CPU 1.0 ms.'],
  ];
  for (const [behaviour, outcome, detail] of losers) {
    it(`names one that is ${behaviour}: ${outcome}, and goes on`, async () => {
      const choice = await chooseProvider('auto', machine('linux', { cuda: behaviour, webgpu: 'quick' }));
      assert.equal(choice.chosen, 'webgpu');
      assert.deepEqual(
        choice.tried.map((t) => t.provider),
        ['cuda', 'webgpu', 'cpu'],
      );
      assert.equal(choice.tried[0]?.outcome, outcome);
      assert.equal(choice.tried[0].detail, detail);
    });
  }

  it('ends at the CPU on every platform', async () => {
    for (const platform of ['linux', 'win32', 'darwin', 'freebsd']) {
      assert.equal(candidates(platform).at(-1), 'cpu');
      assert.equal((await chooseProvider('auto', machine(platform, {}))).chosen, 'cpu');
    }
  });

  it('honours a provider that is asked for, slower or not', async () => {
    assert.equal((await chooseProvider('webgpu', machine('linux', { webgpu: 'quick' }))).chosen, 'webgpu');
    const slow = await chooseProvider('webgpu', machine('linux', { webgpu: 'software' }));
    assert.equal(slow.chosen, 'webgpu');
    assert.match(slow.tried[0]!.detail, /500 ms .* It is used because the setting asks for it\.$/);
    assert.equal((await chooseProvider('cpu', machine('linux', { cuda: 'quick' }))).chosen, 'cpu');
  });

  for (const behaviour of ['missing', 'fails', 'wrong'] as const) {
    it(`refuses a provider that is asked for and ${behaviour === 'wrong' ? 'disagrees' : behaviour}`, async () => {
      await assert.rejects(chooseProvider('cuda', machine('linux', { cuda: behaviour })), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /^The setting asks for CUDA, which can't be used: .*dgan doctor/);
        return true;
      });
    });
  }

  it('finds a provider on this machine, whatever it is', async () => {
    const here = await thisMachine();
    assert.ok(here.supported.includes('cpu'));
    const cpu = await here.probe('cpu', 'small');
    assert.ok(cpu.milliseconds > 0 && cpu.output.every(Number.isFinite));
    assert.ok((await chooseProvider('cpu', here)).chosen === 'cpu');
  });
});
