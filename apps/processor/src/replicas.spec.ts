import fc from 'fast-check';
import { rendezvousOwner, Replicas } from './replicas';

const ids = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 8 });
const partition = fc.nat(1_023);

describe('the owner of a partition', () => {
  it('is the same whatever order the replicas are named in', () => {
    fc.assert(
      fc.property(ids, partition, (replicas, number) => {
        expect(rendezvousOwner(number, [...replicas].reverse())).toBe(rendezvousOwner(number, replicas));
      }),
    );
  });

  it('changes only to a replica that came, or from one that went', () => {
    fc.assert(
      fc.property(ids, fc.uuid(), partition, (replicas, newcomer, number) => {
        const before = rendezvousOwner(number, replicas);
        expect([before, newcomer]).toContain(rendezvousOwner(number, [...replicas, newcomer]));
      }),
    );
  });

  it('gives each of three replicas its share of 300 partitions', () => {
    const counts = new Map<string, number>();
    for (let number = 0; number < 300; number += 1) {
      const owner = rendezvousOwner(number, ['a', 'b', 'c']);
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['a', 'b', 'c']);
    for (const count of counts.values()) expect(count).toBeGreaterThan(70);
  });
});

describe('the replicas that are known', () => {
  it('are this one alone at first, which owns everything', () => {
    const replicas = new Replicas('me');
    expect(replicas.known).toEqual(['me']);
    expect(replicas.owns(3)).toBe(true);
  });

  it('hold those that announced themselves within five seconds', () => {
    const replicas = new Replicas('me');
    replicas.heard('other', 1_000);
    replicas.heard('me', 1_000);
    expect(replicas.known).toEqual(['me', 'other']);
    replicas.forgetGone(6_000);
    expect(replicas.known).toEqual(['me', 'other']);
    replicas.forgetGone(6_001);
    expect(replicas.known).toEqual(['me']);
  });
});
