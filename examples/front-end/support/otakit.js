// The mock for a file of tests: one server, and a universe of its own for each test.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const STARTS_WITHIN = 60_000; // milliseconds

/** Start `otakit serve` on a free port; `stop()` ends it. */
export async function startMock() {
  const folder = await mkdtemp(join(tmpdir(), 'otakit-'));
  const readyFile = join(folder, 'ready.txt');
  const server = spawn('otakit', ['serve', '--port', '0', '--ready-file', readyFile], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let ended = '';
  server.once('error', error => (ended = `otakit cannot be started: ${error.message}`));
  server.once('exit', code => (ended = `otakit serve ended with exit code ${code}`));
  const url = await ready(readyFile, () => ended);
  return {
    url,
    universe: wish => makeUniverse(url, wish),
    async stop() {
      const stopped = new Promise(done => server.once('exit', done));
      server.kill();
      await stopped;
      await rm(folder, { recursive: true });
    },
  };
}

async function ready(file, ended) {
  for (const since = Date.now(); Date.now() - since < STARTS_WITHIN; await sleep(50)) {
    if (ended()) throw new Error(ended());
    const url = await readFile(file, 'utf8').catch(() => '');
    if (url.endsWith('\n')) return url.trim();
  }
  throw new Error(`otakit serve was not ready within ${STARTS_WITHIN / 1000} s`);
}

async function makeUniverse(server, { scenario } = {}) {
  const made = await control(server, 'POST', 'universes', {});
  const path = `universes/${made.id}`;
  if (scenario) await control(server, 'POST', `${path}/scenario`, { name: scenario });
  return {
    url: server,
    email: made.email,
    password: made.password,
    fault: fault => control(server, 'POST', `${path}/faults`, fault),
    advance: seconds => control(server, 'POST', `${path}/clock/advance`, { seconds }),
    verify: question => control(server, 'POST', `${path}/journal/verification`, question),
    remove: () => control(server, 'DELETE', path),
  };
}

async function control(server, method, path, json) {
  const answer = await fetch(`${server}/otakit/v1/${path}`, {
    method,
    headers: json && { 'Content-Type': 'application/json' },
    body: json && JSON.stringify(json),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}
