import assert from 'node:assert/strict';
import { runOnSoftwareAdapter } from './softwareAdapter.ts';
import type { InterpreterAnswer, InterpreterQuestion } from './interpreterChild.ts';

/** Whether a member's two largest logits at a pixel are closer than the tolerance, so that its choice may differ. */
function isClose(logits: Float32Array, member: number, classes: number, pixels: number, pixel: number): boolean {
  const own = Array.from({ length: classes }, (_, k) => logits[(member * classes + k) * pixels + pixel]!);
  const [first, second] = own.sort((a, b) => b - a);
  return first! - second! <= 1e-3;
}

describe('the interpreter on the WebGPU provider, on the software adapter', function () {
  this.timeout(120_000);
  const members = 10;
  const classes = 8;
  const question: InterpreterQuestion = {
    sizes: {
      maps: [4, 4, 8, 8, 16, 16, 32, 32, 64, 64].map((r) => [r <= 16 ? 32 : 16, r, r] as const),
      members,
      hidden: [64, 32],
      classes,
    },
    height: 64,
    width: 64,
  };
  const pixels = 64 * 64;
  let answer: InterpreterAnswer;
  before(async function () {
    const script = new URL('./interpreterChild.ts', import.meta.url);
    answer = (await runOnSoftwareAdapter(this, script, question)) as InterpreterAnswer;
  });

  it("gives the CPU's logits within 1e-3, no operation running on the CPU", () => {
    const { webgpu, cpu } = answer;
    assert.equal(webgpu.logits.length, members * classes * pixels);
    const worst = cpu.logits.reduce((most, x, i) => Math.max(most, Math.abs(x - webgpu.logits[i]!)), 0);
    assert.ok(worst < 1e-3, String(worst));
  });

  it('gives the same labels wherever the two largest logits are further apart than that, and nearly everywhere', () => {
    const { webgpu, cpu } = answer;
    let different = 0;
    cpu.labels.forEach((label, pixel) => {
      if (label === webgpu.labels[pixel]) return;
      different++;
      const open = Array.from({ length: members }, (_, m) => isClose(cpu.logits, m, classes, pixels, pixel));
      assert.ok(open.includes(true), `pixel ${pixel}: ${label} and ${webgpu.labels[pixel]}`);
    });
    assert.ok(different <= 0.001 * pixels, `${different} pixels`);
    assert.ok(new Set(cpu.labels).size > 1, 'all pixels of one class show nothing');
  });

  it('gives the same uncertainty', () => {
    const { webgpu, cpu } = answer;
    cpu.uncertainty.forEach((x, i) => assert.ok(Math.abs(x - webgpu.uncertainty[i]!) < 1e-3));
  });
});
