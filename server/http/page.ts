import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Hands out the page's files, compressed where the client takes that. */
export function servePage(app: FastifyInstance, directory: string): void {
  app.register(fastifyStatic, {
    root: directory,
    preCompressed: true,
    // Names of built files carry a hash; the page itself is asked for again each time.
    setHeaders: (reply, path) => {
      const isHashed = /[.-][\w-]{8,}\.(js|css|woff2|svg|png)(\.gz)?$/.test(path);
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

/** Whether somebody opens an address of the page, such as a run's: the page itself reads it. */
export function isPageAddress({ method, url, headers }: FastifyRequest): boolean {
  const isDocument = headers.accept?.includes('text/html') === true;
  return method === 'GET' && isDocument && !/^\/(api|assets)\//.test(url);
}

/** Answers with the page, whatever its address. */
export function sendPage(reply: FastifyReply): FastifyReply {
  return reply.code(200).sendFile('index.html');
}
