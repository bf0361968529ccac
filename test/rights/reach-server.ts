/** Servers that attacks try to reach, and a client without a guard. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { join } from 'node:path';

const CERTIFICATES = join(import.meta.dirname, '..', 'abi', 'certificates');

/** What listens on this machine. */
export interface ReachServers extends AsyncDisposable {
  readonly port: number;
  readonly plain: number;
  /** Requests for /echo that arrived. */
  arrived(): number;
}

/** Serves `/echo` and `/to?ADDRESS`, which redirects, and tells the engine how to get there. */
export async function startServers(settingsPath: string): Promise<ReachServers> {
  let arrived = 0;
  const answer: RequestListener = (request, response) => {
    const [path, query = ''] = splitOnce(request.url ?? '', '?');
    if (path === '/to') return response.writeHead(302, { location: query }).end();
    arrived += 1;
    return response.end('reached');
  };
  const secure = https.createServer(
    {
      key: readFileSync(join(CERTIFICATES, 'server.key')),
      cert: readFileSync(join(CERTIFICATES, 'server.pem')),
    },
    answer,
  );
  const open = http.createServer(answer);
  const ports = await Promise.all(
    [secure, open].map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    }),
  );
  const local = ['127.0.0.1'];
  const hosts = {
    'api.example.test': local,
    'other.example.test': local,
    'inside.example.test': ['10.0.0.1'],
    'mapped.example.test': ['::ffff:127.0.0.1'],
    'metadata.example.test': ['169.254.169.254'],
  };
  const certificates = join(CERTIFICATES, 'authority.pem');
  writeFileSync(settingsPath, JSON.stringify({ hosts, allowed_addresses: local, certificates }));
  process.env.HELIOSDB_NETWORK_SETTINGS = settingsPath;
  const [port = 0, plain = 0] = ports;
  return {
    port,
    plain,
    arrived: () => arrived,
    async [Symbol.asyncDispose]() {
      for (const server of [secure, open]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

const toThisMachine: LookupFunction = (_host, { all }, callback) => {
  if (all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

/** Asks whatever an address leads to, as a client does that checks nothing. */
export async function askWithoutGuard(address: string, redirectsLeft = 5): Promise<void> {
  const url = new URL(address);
  if (url.protocol === 'file:') return void readFileSync(url);
  const { request } = url.protocol === 'http:' ? http : https;
  const options = {
    lookup: toThisMachine,
    rejectUnauthorized: false,
    agent: false,
    servername: '',
  };
  const sent = request(url, options).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  const { location } = response.headers;
  if (location === undefined) return;
  if (redirectsLeft === 0) throw new Error('redirects without end');
  await askWithoutGuard(new URL(location, url).href, redirectsLeft - 1);
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
