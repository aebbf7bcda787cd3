import fc from 'fast-check';
import { Deque } from './deque';

jest.setTimeout(30_000);

describe('the deque', () => {
  it('does what an array does, whatever is called in whatever order', () => {
    const operation = fc.oneof(
      fc.record({ kind: fc.constantFrom('push', 'unshift', 'shift') }),
      fc.record({ kind: fc.constant('insert'), at: fc.nat(60) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200, size: 'max' }), (operations) => {
        const deque = new Deque<number>();
        const array: number[] = [];
        const taken: [number | undefined, number | undefined][] = [];
        operations.forEach((op, i) => {
          if (op.kind === 'push') {
            deque.push(i);
            array.push(i);
          } else if (op.kind === 'unshift') {
            deque.unshift(i);
            array.unshift(i);
          } else if (op.kind === 'shift') {
            taken.push([deque.shift(), array.shift()]);
          } else if ('at' in op) {
            const at = Math.min(op.at, array.length);
            deque.insert(at, i);
            array.splice(at, 0, i);
          }
        });
        expect(taken.map(([fromDeque]) => fromDeque)).toEqual(taken.map(([, fromArray]) => fromArray));
        expect(deque.length).toBe(array.length);
        expect(Array.from({ length: deque.length + 1 }, (_, i) => deque.at(i))).toEqual([
          ...array,
          undefined,
        ]);
      }),
    );
  });
});
