import { dashboardConfig } from './config';

test('without variables the dashboard listens on 127.0.0.1:8080 and asks for no token', () => {
  expect(dashboardConfig({})).toMatchObject({ port: 8080, host: '127.0.0.1', authToken: null });
});

test('origins are a comma list', () => {
  const { allowedOrigins } = dashboardConfig({ ALLOWED_ORIGINS: 'https://a.example, http://b.example:81' });
  expect(allowedOrigins).toEqual(['https://a.example', 'http://b.example:81']);
});

test('all faults are named at once, the token itself is not', () => {
  const env = { PORT: 'http', ALLOWED_ORIGINS: 'https://a.example/page', AUTH_TOKEN: 'short-secret' };
  expect(() => dashboardConfig(env)).toThrow(/PORT[^]*ALLOWED_ORIGINS[^]*AUTH_TOKEN/);
  expect(() => dashboardConfig(env)).not.toThrow(/short-secret/);
});

test('a thousand browsers have room, and how many may connect is a setting', () => {
  const { maxClients, maxConnections, maxConnectionsPerAddress } = dashboardConfig({}).limits;
  expect(Math.min(maxClients, maxConnections, maxConnectionsPerAddress)).toBeGreaterThanOrEqual(1_000);
  const env = { MAX_CLIENTS: '50', MAX_CONNECTIONS_PER_ADDRESS: '7' };
  expect(dashboardConfig(env).limits).toMatchObject({
    maxClients: 50,
    maxConnections: 100,
    maxConnectionsPerAddress: 7,
  });
});
