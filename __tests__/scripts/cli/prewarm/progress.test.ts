import * as fc from 'fast-check';
import { PaceMeter, ProgressPrinter, renderBar, renderLine } from '../../../../scripts/cli/prewarm/progress';
import { paintFor } from '../../../../scripts/cli/terminal/paint';

const plain = paintFor({});
const warming = { phase: 'warming', done: 50, total: 200, failed: 0, bytes: 1_000_000 };

function recorder(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, columns: 60, write: (text: string) => written.push(text) };
}

describe('PaceMeter', () => {
  it('estimates from the last seconds, not from a slow start', () => {
    const meter = new PaceMeter();
    for (let second = 0; second <= 60; second += 1)
      meter.observe({ ...warming, total: 10_000, done: second }, second * 1000);
    let pace = meter.observe({ ...warming, total: 10_000, done: 60 }, 60_000);
    for (let second = 1; second <= 6; second += 1) {
      pace = meter.observe({ ...warming, total: 10_000, done: 60 + second * 100 }, (60 + second) * 1000);
    }
    expect(pace.perSecond).toBeCloseTo(100, 0);
    expect(pace.etaSeconds).toBeCloseTo((10_000 - 660) / 100, 0);
  });

  it('never shows a pace below nothing', () => {
    const meter = new PaceMeter();
    meter.observe({ ...warming, done: 100 }, 0);
    expect(meter.observe({ ...warming, done: 0 }, 1_000)).toEqual({ perSecond: 0 });
  });

  it('promises no end where nothing moves', () => {
    const meter = new PaceMeter();
    meter.observe(warming, 0);
    expect(meter.observe(warming, 10_000)).toEqual({ perSecond: 0 });
  });
});

describe('renderBar', () => {
  it('fits the width of the terminal, whatever the figures', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000_000),
        fc.nat(10_000_000),
        fc.nat(1_000_000),
        fc.integer({ min: 10, max: 200 }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (a, b, failed, width, perSecond) => {
          const [done, total] = [Math.min(a, b), Math.max(a, b)];
          const bar = renderBar(
            { ...warming, done, total, failed },
            { perSecond, etaSeconds: 90 },
            width,
            plain,
          );
          expect(bar.length).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it('shows share, count, failures, time to go and rate', () => {
    const bar = renderBar({ ...warming, failed: 3 }, { perSecond: 25, etaSeconds: 6 }, 100, plain);
    expect(bar).toMatch(/^warming █+░+ {2}25 % {2}50\/200 {2}failed 3 {2}ETA 0:06 {2}25\/s {2}1\.00 MB$/);
  });

  it('says what goes on while the total is not known yet', () => {
    expect(renderBar({ phase: 'sizing', done: 0, failed: 0, bytes: 0 }, { perSecond: 0 }, 80, plain)).toBe(
      'sizing …',
    );
  });
});

describe('ProgressPrinter', () => {
  it('writes plain lines to what is no terminal, at most one every two seconds in a phase', () => {
    const stream = recorder(false);
    let nowMs = 0;
    const printer = new ProgressPrinter(stream, plain, { now: () => nowMs });
    printer.show({ phase: 'sizing', done: 0, failed: 0, bytes: 0 });
    for (let step = 0; step < 50; step += 1) {
      printer.show({ ...warming, done: step });
      nowMs += 100;
    }
    expect(stream.written).toHaveLength(1 + 3);
    for (const line of stream.written) expect(line).toMatch(/^[ -~…]+\n$/);
  });

  it('ends with the last figures, however soon they came', () => {
    const stream = recorder(false);
    const printer = new ProgressPrinter(stream, plain, { now: () => 0 });
    printer.show({ ...warming, done: 1 });
    printer.show({ ...warming, done: 200 });
    printer.finish();
    printer.finish();
    expect(stream.written).toHaveLength(2);
    expect(stream.written[1]).toMatch(/^warming: 200 of 200 \(100 %\)/);
  });

  it('does not repeat itself where nothing moves', () => {
    const stream = recorder(false);
    let nowMs = 0;
    const printer = new ProgressPrinter(stream, plain, { now: () => nowMs });
    for (let step = 0; step < 5; step += 1) {
      printer.show(warming);
      nowMs += 3000;
    }
    expect(stream.written).toHaveLength(1);
  });

  it('redraws one line on a terminal and takes it away at the end', () => {
    const stream = recorder(true);
    const printer = new ProgressPrinter(stream, plain);
    printer.show(warming);
    printer.say('a note');
    expect(stream.written.join('')).not.toMatch(/█[^\r]*\n/);
    expect(stream.written.at(-1)).toBe('a note\n');
  });
});

it('renderLine names every figure', () => {
  expect(renderLine({ ...warming, failed: 2 }, { perSecond: 25, etaSeconds: 6 })).toBe(
    'warming: 50 of 200 (25 %), 2 failed, 1.00 MB, 25/s, ETA 0:06',
  );
});

it('shows no share where there is nothing to do', () => {
  const nothing = { ...warming, done: 0, total: 0, bytes: 0 };
  expect(renderLine(nothing, { perSecond: 0 })).toBe('warming: 0 of 0, 0 failed, 0 B');
  expect(renderBar(nothing, { perSecond: 0 }, 60, plain)).toMatch(/^warming ░+ 0\/0 {2}0 B$/);
});
