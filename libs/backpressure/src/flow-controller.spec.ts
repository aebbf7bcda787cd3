import fc from 'fast-check';
import { FlowController } from './flow-controller';

const controller = (highMark: number, lowMark: number) => {
  const changes: boolean[] = [];
  return { changes, flow: new FlowController({ highMark, lowMark }, (paused) => changes.push(paused)) };
};

describe('FlowController', () => {
  it('pauses at the high mark and resumes at the low mark, not in between', () => {
    const { flow, changes } = controller(8, 3);
    flow.update(7);
    expect(flow.paused).toBe(false);
    flow.update(8);
    flow.update(4);
    expect(flow.paused).toBe(true);
    flow.update(3);
    flow.update(7);
    expect(flow.paused).toBe(false);
    expect(changes).toEqual([true, false]);
  });

  it('refuses marks that leave no room between them', () => {
    expect(() => controller(5, 5)).toThrow('The low mark (5) must lie between 0 and the high mark (5).');
    expect(() => controller(5, -1)).toThrow(RangeError);
  });

  it('tells each change once, alternating, whatever the depths', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 })), (depths) => {
        const { flow, changes } = controller(15, 5);
        for (const depth of depths) {
          flow.update(depth);
          if (depth >= 15) expect(flow.paused).toBe(true);
          if (depth <= 5) expect(flow.paused).toBe(false);
        }
        expect(changes).toEqual(changes.map((_, index) => index % 2 === 0));
      }),
    );
  });
});
