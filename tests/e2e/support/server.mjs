// Starts and stops the example servers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const patience = 30_000; // generous: the machine may be busy
const running = new Set();
const folders = [];

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function launch(flags, program = process.env.MCP_OAUTH_SERVER, environment = {}) {
  const env = { ...process.env, ...environment };
  const child = spawn(program, flags, { stdio: ['ignore', 'pipe', 'pipe'], env });
  running.add(child);
  child.said = { out: '', err: '' };
  child.stdout.on('data', (octets) => (child.said.out += octets));
  child.stderr.on('data', (octets) => (child.said.err += octets));
  child.ended = once(child, 'close').then(([status, signal]) => {
    running.delete(child);
    return { status, signal, ...child.said };
  });
  return child;
}

async function within(promise, what, child) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${what} took too long; stderr: ${child.said.err}`));
    }, patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A folder that is gone when the process is. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-oauth-e2e-'));
  folders.push(folder);
  return folder;
}

export function writeConfig(config, folder = temporaryFolder()) {
  const file = join(folder, 'config.json');
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  return file;
}

/** Runs the program with flags that make it stop by itself. */
export function runToEnd(flags) {
  const child = launch(flags);
  return within(child.ended, 'the program', child);
}

/** The origin that a program prints when it is ready. */
async function originOf(child) {
  const lines = createInterface({ input: child.stdout });
  const ready = once(lines, 'line').then(([line]) => line);
  const line = await within(
    Promise.race([ready, child.ended.then((end) => JSON.stringify(end))]),
    'the start',
    child,
  );
  const [, origin] = /^ready (http:\/\/\S+)$/.exec(line) ?? assert.fail(`not ready: ${line}`);
  return origin;
}

/** Another program that prints where it is. `stop()` ends it on the spot. */
export async function startProgram(program, flags, environment) {
  const child = launch(flags, program, environment);
  const origin = await originOf(child);
  const stop = async () => {
    child.kill('SIGKILL');
    await child.ended;
  };
  return { origin, stop, said: child.said };
}

/**
 * A server on a free port, ready for requests. `stop()` ends it and proves that it ends cleanly; it is
 * safe to call twice.
 */
export async function startServer(config = {}, { port = 0, audit, flags = [] } = {}) {
  const folder = temporaryFolder();
  const auditFile = audit ?? join(folder, 'audit.jsonl');
  const child = launch([
    '--port',
    String(port),
    '--config',
    writeConfig(config, folder),
    '--audit',
    auditFile,
    ...flags,
  ]);
  const origin = await originOf(child);

  let stopped;
  const stop = (signal = 'SIGTERM') => {
    stopped ??= (async () => {
      child.kill(signal);
      const end = await within(child.ended, 'the end', child);
      assert.deepEqual([end.status, end.signal], [0, null], end.err);
      return end;
    })();
    return stopped;
  };
  return {
    origin,
    issuer: config.issuer ?? origin,
    resource: `${config.issuer ?? origin}/mcp`,
    mcp: `${origin}/mcp`,
    process: child,
    said: child.said,
    stop,
    /** Ends it on the spot, as a crash does. */
    async kill() {
      child.kill('SIGKILL');
      await child.ended;
    },
    /** The security events so far, oldest first. */
    events() {
      return readFileSync(auditFile, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((each) => JSON.parse(each));
    },
  };
}
