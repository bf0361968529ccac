import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HeliosError } from '#core';

/** Scripts, styles and data come from here alone; nothing may frame the page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export interface ProtectOptions {
  readonly isAllowedHost: (host: string) => boolean;
  /** Whether a request came over the owner's socket. */
  readonly isOwner: (request: IncomingMessage) => boolean;
}

/**
 * Refuses what only a foreign page could send: requests for another host's name (DNS rebinding)
 * and requests that a browser says come from another origin.
 */
export function protect(app: FastifyInstance, { isAllowedHost, isOwner }: ProtectOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    reply.header('x-request-id', request.id);
    // No browser speaks to that socket.
    if (isOwner(request.raw)) return;
    assertHost(request, isAllowedHost);
    assertOrigin(request);
  });
}

function assertHost(request: FastifyRequest, isAllowedHost: (host: string) => boolean): void {
  const { host } = request.headers;
  if (host !== undefined && isAllowedHost(host.toLowerCase())) return;
  throw new HeliosError('insufficient_privilege', {
    message: 'the service is not known by this name',
    detail: `Host: ${(host ?? '').slice(0, 200)}`,
    hint: '--allow-host NAME makes a name known',
  });
}

function assertOrigin({ headers }: FastifyRequest): void {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isForeign =
    (origin !== undefined && hostOf(origin) !== headers.host?.toLowerCase()) ||
    (site === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate') ||
    site === 'same-site';
  if (!isForeign) return;
  throw new HeliosError('insufficient_privilege', {
    message: 'requests from other origins are refused',
    detail: `Origin: ${(origin ?? 'unknown').slice(0, 200)}`,
  });
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host.toLowerCase();
  } catch {
    return null;
  }
}
