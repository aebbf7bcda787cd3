import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Operations } from '@neuraltrade/service';
import type { Access } from './access';
import { answerApi, type ApiDeps } from './api';
import { answerFault, answerJson, HttpFault, setSecurityHeaders } from './http-answers';
import type { PageFiles } from './page-files';

/** What answers HTTP requests. */
export interface HttpGatewayDeps extends ApiDeps {
  /** Who may ask. */
  readonly access: Access;
  /** The page. */
  readonly page: PageFiles;
  /** Takes health and metrics requests; true when it took one. */
  readonly operations: Operations | undefined;
}

/** Answers every HTTP request: operations, then the API, then the page; everything else with an error body. */
export function createRequestListener(deps: HttpGatewayDeps): RequestListener {
  return (request, response) => {
    if (deps.operations?.(request, response) === true) return;
    setSecurityHeaders(response);
    answer(request, response, deps).catch((error: unknown) => {
      if (error instanceof HttpFault) return answerFault(response, error);
      deps.log.error({ error: String(error), path: request.url?.slice(0, 200) }, 'A request failed');
      answerFault(response, new HttpFault(500, 'internal', 'That should not happen; the log says more.'));
    });
  };
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
  if (url.pathname.startsWith('/api/')) {
    if (!access.requestAuthorized(request))
      throw new HttpFault(401, 'unauthorized', 'A valid token is required: Authorization: Bearer TOKEN.', {
        'www-authenticate': 'Bearer',
      });
    return answerJson(response, 200, await answerApi(url, deps));
  }
  if (!page.answer(url.pathname, request, response))
    throw new HttpFault(404, 'not-found', 'There is no such page here; it begins at /.');
}

function parseUrl(text: string): URL {
  // A target such as //host is a path here, not another host.
  if (!text.startsWith('/') || !URL.canParse(`http://localhost${text}`))
    throw new HttpFault(400, 'bad-request', 'The request has no readable path.');
  return new URL(`http://localhost${text}`);
}
