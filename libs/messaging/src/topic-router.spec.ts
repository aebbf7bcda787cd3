import { TopicRouter } from './topic-router';

describe('the topic router', () => {
  it('sees bindings that come and go, though it remembers routes', () => {
    const router = new TopicRouter<string>();
    expect(router.route('market.raw', 'raw.0.x')).toEqual([]);
    router.bind('market.raw', 'raw.#', 'first');
    expect(router.route('market.raw', 'raw.0.x')).toEqual(['first']);
    router.bind('market.raw', '#', 'second');
    router.bind('market.raw', '*.0.*', 'first');
    expect(router.route('market.raw', 'raw.0.x')).toEqual(['first', 'second']);
    router.unbind('first');
    expect(router.route('market.raw', 'raw.0.x')).toEqual(['second']);
    expect(router.route('market.ticks', 'raw.0.x')).toEqual([]);
  });

  it('remembers a bounded number of keys', () => {
    const router = new TopicRouter<string>();
    router.bind('market.raw', '#', 'all');
    const first = router.route('market.raw', '0');
    expect(router.route('market.raw', '0')).toBe(first);
    for (let key = 1; key <= 4_096; key++) router.route('market.raw', String(key));
    expect(router.route('market.raw', '0')).not.toBe(first);
    expect(router.route('market.raw', '0')).toEqual(['all']);
  });
});
