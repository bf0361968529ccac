/** The server that procedures ask: it says what it was asked. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const CERTIFICATES = join(import.meta.dirname, '..', 'abi', 'certificates');

export interface Server extends AsyncDisposable {
  readonly port: number;
}

/** Serves HTTPS on this machine, and lets this process's engine reach it as api.example.test. */
export async function startServer(folder: string): Promise<Server> {
  const server = createServer(
    {
      key: readFileSync(join(CERTIFICATES, 'server.key')),
      cert: readFileSync(join(CERTIFICATES, 'server.pem')),
    },
    async (request, response) => {
      const body = await text(request);
      if (request.url === '/echo') {
        response.end(`${request.method} ${request.headers['x-note']} ${body}`);
      } else {
        response.writeHead(404).end('nothing here');
      }
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const settings = {
    hosts: { 'api.example.test': ['127.0.0.1'], 'other.example.test': ['127.0.0.1'] },
    allowed_addresses: ['127.0.0.1'],
    certificates: join(CERTIFICATES, 'authority.pem'),
  };
  const path = join(folder, 'network.json');
  writeFileSync(path, JSON.stringify(settings));
  process.env.HELIOSDB_NETWORK_SETTINGS = path;
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
