import { sharedRabbitMq, whyNoRabbitMq } from './index';

const shared = sharedRabbitMq(process.env);

if (shared === null) test.skip(`a private RabbitMQ (${whyNoRabbitMq(process.env)})`, () => undefined);
else {
  describe('a private RabbitMQ', () => {
    it('answers rabbitmqctl and makes virtual hosts', async () => {
      const url = await shared.addVirtualHost('infra-test');
      expect(url).toMatch(/^amqp:\/\/neuraltrade:[0-9a-f]{24}@[^/]+\/infra-test$/);
      expect(await shared.rabbitmqctl('list_vhosts')).toContain('infra-test');
      await expect(shared.rabbitmqctl('no-such-command')).rejects.toThrow();
      await shared.rabbitmqctl('delete_vhost', 'infra-test');
    });
  });
}
