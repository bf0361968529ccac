import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../cli/start.mjs', import.meta.url));

/** The service in a process of its own, as `heliosdb serve` starts it. */
export interface ServiceProcess extends AsyncDisposable {
  readonly url: string;
  /** Memory that is in use, in megabytes; null where the system does not tell. */
  residentMb(): number | null;
}

/** Starts `heliosdb serve` with these options on any free port. */
export async function startServiceProcess(
  options: readonly string[] = [],
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--port', '0', '--quiet', ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    url,
    residentMb: () => residentMb(child),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}

/** Sends JSON and reads the JSON that comes back; a refusal is thrown. */
export async function post<T>(url: string, body: object): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${text}`);
  return JSON.parse(text) as T;
}

/** Percentiles of times in milliseconds, as one line. */
export function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`;
}

function residentMb(child: ChildProcess): number | null {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
  } catch {
    return null;
  }
}
