import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatDuration, formatRate, RateMeter } from '../../../src/jobs/progress.ts';

const at = (done: number, total = 100, stage = 'generating') => ({ stage, done, total, unit: 'images' });

describe('rate and time left', () => {
  it('are exact for steady work, wherever an earlier run left off', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 50 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.integer({ min: 2, max: 40 }),
        (from, rate, steps) => {
          const meter = new RateMeter();
          let last = meter.add(at(from), 1000);
          for (let i = 1; i <= steps; i++) last = meter.add(at(from + i), 1000 + i / rate);
          assert(Math.abs(last.rate! / rate - 1) < 1e-6);
          assert(Math.abs(last.secondsLeft! - (100 - from - steps) / rate) < 1e-6 * (1 + last.secondsLeft!));
        },
      ),
    );
  });

  it('are not guessed from a single point or without movement', () => {
    const meter = new RateMeter();
    assert.deepEqual(meter.add(at(5), 1), at(5));
    assert.deepEqual(meter.add(at(5), 9), at(5));
  });

  it('forget a slow start', () => {
    const meter = new RateMeter(30);
    meter.add(at(0, 10_000), 0);
    meter.add(at(1, 10_000), 100); // a graph was compiled
    let last = meter.add(at(1, 10_000), 100);
    for (let t = 101; t <= 180; t++) last = meter.add(at((t - 100) * 40, 10_000), t);
    assert(Math.abs(last.rate! - 40) < 1);
  });

  it('begin anew with each stage, and when the count falls', () => {
    const meter = new RateMeter();
    meter.add(at(0), 0);
    assert.equal(meter.add(at(10), 1).rate, 10);
    assert.equal(meter.add(at(20, 100, 'filtering'), 2).rate, undefined);
    assert.equal(meter.add(at(30, 100, 'filtering'), 3).rate, 10);
    assert.equal(meter.add(at(0, 100, 'filtering'), 4).rate, undefined);
  });

  it('say nothing about the end when the whole is not known', () => {
    const meter = new RateMeter();
    meter.add(at(0, 0), 0);
    const last = meter.add(at(8, 0), 2);
    assert.equal(last.rate, 4);
    assert.equal(last.secondsLeft, undefined);
  });

  it('stay cheap over very many points', () => {
    const meter = new RateMeter();
    let last = meter.add(at(0, 1e6), 0);
    for (let i = 1; i <= 20_000; i++) last = meter.add(at(i, 1e6), i / 1000);
    assert(Math.abs(last.rate! / 1000 - 1) < 0.01);
  });

  it('are written as one reads them', () => {
    assert.deepEqual([0.4, 59.6, 60, 61, 3599, 3600, 7500].map(formatDuration), [
      '0 s',
      '1 min',
      '1 min',
      '1 min 1 s',
      '59 min 59 s',
      '1 h',
      '2 h 5 min',
    ]);
    assert.equal(formatRate(1234.5, 'steps'), '1,235 steps/s');
    assert.equal(formatRate(6.25, 'images'), '6.3 images/s');
    assert.equal(formatRate(0.2, 'images'), '12 images/min');
  });
});
