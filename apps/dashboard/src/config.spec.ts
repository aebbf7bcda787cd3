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
