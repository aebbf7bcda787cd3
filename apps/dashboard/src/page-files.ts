import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { ExpectedError } from '@neuraltrade/service';
import { gzipSync } from 'node:zlib';
import type { DashboardMode } from '../page/protocol';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface PageFile {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

/** The page's files, read into memory once: a request path is only ever looked up, never joined to a directory. */
export class PageFiles {
  private readonly files = new Map<string, PageFile>();

  /**
   * @param directory holds index.html and what it names, without sub-folders.
   * @param mode written into the HTML in place of `{{mode}}`, so that the badge is right before any data comes.
   * @throws ExpectedError when the page has not been built.
   */
  constructor(directory: string, mode: DashboardMode) {
    for (const name of namesIn(directory)) {
      const contentType = CONTENT_TYPES[extname(name)];
      if (contentType === undefined) continue;
      const content = readFileSync(join(directory, name));
      const isHtml = extname(name) === '.html';
      const plain = isHtml ? Buffer.from(content.toString('utf8').replaceAll('{{mode}}', mode)) : content;
      this.files.set(`/${name}`, {
        contentType,
        cacheControl: isHtml ? 'no-store' : 'no-cache',
        etag: `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
        plain,
        gzipped: gzipSync(plain, { level: 9 }),
      });
    }
    const index = this.files.get('/index.html');
    if (index === undefined)
      throw new ExpectedError(
        `There is no index.html in ${directory}: build the page first (npm run build).`,
      );
    this.files.set('/', index);
  }

  /** Answers GET or HEAD for a path of the page. False when there is no such file. */
  answer(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    const file = this.files.get(path);
    if (file === undefined) return false;
    response.setHeader('cache-control', file.cacheControl);
    response.setHeader('vary', 'accept-encoding');
    if (file.cacheControl !== 'no-store') {
      response.setHeader('etag', file.etag);
      if (request.headers['if-none-match'] === file.etag) {
        response.writeHead(304).end();
        return true;
      }
    }
    const gzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    const body = gzip ? file.gzipped : file.plain;
    if (gzip) response.setHeader('content-encoding', 'gzip');
    response.writeHead(200, { 'content-type': file.contentType, 'content-length': body.length });
    response.end(body);
    return true;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
