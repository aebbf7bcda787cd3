import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Operations } from '@neuraltrade/service';
import type { Access } from './access';
import { answerApi, type ApiDeps } from './api';
import { answerFault, answerJson, HttpFault, setSecurityHeaders } from './http-answers';
import type { PageFiles } from './page-files';

const METRICS = '/metrics';

/** What answers HTTP requests. */
export interface HttpGatewayDeps extends ApiDeps {
  /** Who may ask. */
  readonly access: Access;
  /** The page. */
  readonly page: PageFiles;
  /** Takes health and metrics requests; true when it took one. Undefined = there are none on this port. */
  readonly operations: Operations | undefined;
}

/** Answers every HTTP request: operations, then the API, then the page; everything else with an error body. */
export function createRequestListener(deps: HttpGatewayDeps): RequestListener {
  return (request, response) => {
    if (mayOperate(request, deps.access) && deps.operations?.(request, response) === true) return;
    setSecurityHeaders(response);
    answer(request, response, deps).catch((error: unknown) => {
      if (error instanceof HttpFault) return answerFault(response, error);
      // Without the query: what people put there by mistake is for nobody else.
      deps.log.error({ err: error, path: pathOf(request).slice(0, 200) }, 'A request failed');
      answerFault(response, new HttpFault(500, 'internal', 'That should not happen; the log says more.'));
    });
  };
}

/** Health says little and answers whatever asks; metrics tell all about the pipeline, so they are held to the API's rules. */
function mayOperate(request: IncomingMessage, access: Access): boolean {
  if (pathOf(request) !== METRICS) return true;
  return access.hostAllowed(request) && access.requestAuthorized(request);
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  deps: HttpGatewayDeps,
): Promise<void> {
  const { access, page } = deps;
  if (!access.hostAllowed(request))
    throw new HttpFault(403, 'forbidden', 'This gateway does not answer to that name.');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new HttpFault(405, 'method-not-allowed', 'Only GET and HEAD are answered here.', {
      allow: 'GET, HEAD',
      connection: 'close',
    });
  const url = parseUrl(request.url ?? '');
  const isApi = url.pathname.startsWith('/api/');
  const isMetrics = url.pathname === METRICS && deps.operations !== undefined;
  if ((isApi || isMetrics) && !access.requestAuthorized(request))
    throw new HttpFault(401, 'unauthorized', 'A valid token is required: Authorization: Bearer TOKEN.', {
      'www-authenticate': 'Bearer',
    });
  if (isApi) return answerJson(response, 200, await answerApi(url, deps));
  if (!page.answer(url.pathname, request, response))
    throw new HttpFault(404, 'not-found', 'There is no such page here; it begins at /.');
}

function parseUrl(text: string): URL {
  // A target such as //host is a path here, not another host.
  if (!text.startsWith('/') || !URL.canParse(`http://localhost${text}`))
    throw new HttpFault(400, 'bad-request', 'The request has no readable path.');
  return new URL(`http://localhost${text}`);
}
