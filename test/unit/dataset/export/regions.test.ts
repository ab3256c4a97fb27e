import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compressRuns, regionRuns } from '../../../../src/dataset/export/cocoRle.ts';
import { holeFreeRings } from '../../../../src/dataset/export/holeFreeRings.ts';
import { traceRegions, type Regions } from '../../../../src/dataset/export/regions.ts';
import { UNLABELLED, type LabelMap } from '../../../../src/dataset/labelMap.ts';
import { anyMap, draw, hardMaps } from './maps.ts';
import { decodeCocoRle, fillLikePycocotools, fillRings } from './readers.ts';

function maskOf({ owner }: Regions, index: number): Uint8Array {
  return Uint8Array.from(owner, (region) => (region === index ? 1 : 0));
}

function onEveryMap(check: (labels: LabelMap) => void): void {
  for (const labels of Object.values(hardMaps)) check(labels);
  fc.assert(fc.property(anyMap, check), { numRuns: 300 });
}

describe('regions of a label map', () => {
  it('cover each labelled pixel once, with its class', () => {
    onEveryMap((labels) => {
      const { regions, owner } = traceRegions(labels);
      const back = Uint8Array.from(owner, (region) => (region < 0 ? UNLABELLED : regions[region]!.classId));
      assert.deepEqual(back, labels.data);
      const areas = regions.map((_, index) => owner.filter((region) => region === index).length);
      assert.deepEqual(
        regions.map(({ area }) => area),
        areas,
      );
    });
  });

  it('hang together over corners, so a diagonal is one region', () => {
    assert.equal(traceRegions(hardMaps['a diagonal']!).regions.length, 1);
    assert.equal(traceRegions(hardMaps['a chequerboard']!).regions.length, 2);
    assert.equal(traceRegions(draw('1.1')).regions.length, 2);
  });

  it('have the smallest box', () => {
    assert.deepEqual(traceRegions(draw('....', '..1.', '.1..')).regions[0]!.box, { x: 1, y: 1, width: 2, height: 2 });
  });

  it('know their holes: what is shut in over edges', () => {
    const holes = (name: string) => traceRegions(hardMaps[name]!).regions.map((region) => region.holes.length);
    assert.deepEqual(holes('a hole'), [1]);
    assert.deepEqual(holes('a hole of another class'), [1, 0]);
    assert.deepEqual(holes('a diamond of diagonals'), [1]);
    assert.deepEqual(holes('rings within rings'), [1, 1, 0]);
    assert.deepEqual(holes('holes in a row'), [6]);
    assert.deepEqual(holes('a hole that touches the outline'), [2]);
    assert.deepEqual(holes('a comb'), [0]);
  });

  it('give rings that fill back exactly, by both rules', () => {
    onEveryMap((labels) => {
      const traced = traceRegions(labels);
      traced.regions.forEach(({ outer, holes }, index) => {
        for (const rule of ['even-odd', 'non-zero'] as const) {
          const filled = fillRings([outer, ...holes], labels.width, labels.height, rule);
          assert.deepEqual(filled.data, maskOf(traced, index), rule);
        }
      });
    });
  });

  it('give rings of turns only, along the grid', () => {
    onEveryMap((labels) => {
      const traced = traceRegions(labels);
      for (const { outer, holes } of traced.regions) for (const ring of [outer, ...holes]) assertTurns(ring);
    });
    assert.deepEqual(new Set(traceRegions(hardMaps['the whole image']!).regions[0]!.outer).size, 3);
    assert.equal(traceRegions(hardMaps['the whole image']!).regions[0]!.outer.length, 8);
  });
});

function assertTurns(ring: readonly number[]): void {
  assert.ok(ring.length >= 8, 'at least four points');
  for (let k = 0; k < ring.length; k += 2) {
    const at = (step: number) => [ring[(k + step) % ring.length]!, ring[(k + step + 1) % ring.length]!] as const;
    const [a, b, c] = [at(0), at(2), at(4)];
    const way = [Math.sign(b[0] - a[0]), Math.sign(b[1] - a[1])];
    assert.equal(Math.abs(way[0]!) + Math.abs(way[1]!), 1, 'along the grid, and no point twice in a row');
    assert.notDeepEqual(way, [Math.sign(c[0] - b[0]), Math.sign(c[1] - b[1])], 'a turn');
  }
}

describe('hole-free rings', () => {
  it('fill back exactly, by both rules and in pycocotools', () => {
    onEveryMap((labels) => {
      const traced = traceRegions(labels);
      holeFreeRings(traced).forEach((ring, index) => {
        const mask = maskOf(traced, index);
        for (const rule of ['even-odd', 'non-zero'] as const)
          assert.deepEqual(fillRings([ring], labels.width, labels.height, rule).data, mask, rule);
        assert.deepEqual(fillLikePycocotools(ring, labels.width, labels.height).data, mask, 'pycocotools');
      });
    });
  });

  it('never have a point twice in a row', () => {
    onEveryMap((labels) => {
      holeFreeRings(traceRegions(labels)).forEach(assertTurns);
    });
  });

  it('are found in large noisy maps', function () {
    this.timeout(10_000);
    const side = 512;
    let state = 1;
    const data = Uint8Array.from({ length: side * side }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 30 === 0 ? UNLABELLED : 1;
    });
    const traced = traceRegions({ width: side, height: side, data });
    const rings = holeFreeRings(traced);
    const area = rings.map((ring) => {
      let twice = 0;
      for (let k = 0; k < ring.length; k += 2) {
        const to = (k + 2) % ring.length;
        twice += ring[k]! * ring[to + 1]! - ring[to]! * ring[k + 1]!;
      }
      return twice / 2;
    });
    assert.deepEqual(
      area,
      traced.regions.map((region) => region.area),
    );
  });
});

describe('COCO run lengths', () => {
  it('decode to the region', () => {
    onEveryMap((labels) => {
      const traced = traceRegions(labels);
      traced.regions.forEach((_, index) => {
        const counts = compressRuns(regionRuns(traced, index));
        const { data } = decodeCocoRle({ size: [labels.height, labels.width], counts });
        assert.deepEqual(data, maskOf(traced, index));
      });
    });
  });

  it('are the shortest that say it', () => {
    onEveryMap((labels) => {
      const traced = traceRegions(labels);
      traced.regions.forEach((_, index) => {
        const runs = regionRuns(traced, index);
        assert.ok(runs.slice(1).every((run) => run > 0));
      });
    });
    assert.deepEqual(regionRuns(traceRegions(draw('1.', '..')), 0), [0, 1, 3]);
  });

  it('are written as pycocotools writes them', () => {
    // mask.encode of a 4×4 mask with the middle 2×2 set: runs 5 2 2 2 5.
    assert.deepEqual(regionRuns(traceRegions(draw('....', '.11.', '.11.', '....')), 0), [5, 2, 2, 2, 5]);
    assert.equal(compressRuns([5, 2, 2, 2, 5]), '52203');
    // Differences below zero and above 15 take the sign bit and further characters.
    const runs = [100000, 17, 3, 500, 1, 499];
    const { data } = decodeCocoRle({ size: [1, 101020], counts: compressRuns(runs) });
    assert.equal(data.indexOf(1), 100000);
    assert.equal(
      data.reduce((a, b) => a + b),
      17 + 500 + 499,
    );
  });
});
