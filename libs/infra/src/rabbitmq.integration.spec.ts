import { sharedRabbitMq, whyNoRabbitMq } from './index';

const shared = sharedRabbitMq(process.env);

if (shared === null) test.skip(`a private RabbitMQ (${whyNoRabbitMq(process.env)})`, () => undefined);
else {
  describe('a private RabbitMQ', () => {
    it('answers rabbitmqctl and has virtual hosts for test files', async () => {
      const url = await shared.takeVirtualHost();
      expect(url).toMatch(/^amqp:\/\/neuraltrade:[0-9a-f]{24}@[^/]+\/test-\d+$/);
      expect(await shared.takeVirtualHost()).not.toBe(url);
      const [name] = url.split('/').slice(-1);
      expect(await shared.rabbitmqctl('list_permissions', '-p', String(name))).toContain('neuraltrade');
      await expect(shared.rabbitmqctl('no-such-command')).rejects.toThrow();
    });
  });
}
