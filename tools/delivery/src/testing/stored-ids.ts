import type { Influx } from '@neuraltrade/infra';

/** The trade ids of every stored tick of an exchange, each as often as it is stored. */
export async function storedIds(
  { url, token }: Pick<Influx, 'url' | 'token'>,
  org: string,
  bucket: string,
  exchange: string,
): Promise<string[]> {
  const flux = `from(bucket: "${bucket}") |> range(start: 0, stop: 2262-01-01T00:00:00Z)
    |> filter(fn: (r) => r._measurement == "market_ticks" and r._field == "trade_id" and r.exchange == "${exchange}")
    |> keep(columns: ["_value"])`;
  const answer = await fetch(`${url}/api/v2/query?org=${org}`, {
    method: 'POST',
    headers: { authorization: `Token ${token}`, 'content-type': 'application/vnd.flux' },
    body: flux,
  });
  if (!answer.ok) throw new Error(await answer.text());
  return [...(await answer.text()).matchAll(/^,_result,\d+,(\d+)\r$/gm)].map(([, id]) => id ?? '');
}
