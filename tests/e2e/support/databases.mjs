// The stores that the example server can be started with, each in a place of its own. Their servers
// are real ones, started by the scripts that the adapters' own tests use.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { runToEnd, temporaryFolder } from './server.mjs';

const run = promisify(execFile);
const adapters = fileURLToPath(new URL('../../adapters', import.meta.url));

/** Whether the example server was built with it. */
export async function isBuiltIn(storage) {
  const { err } = await runToEnd(['--port', '0', '--storage', `${storage}:`]);
  return !/not built in/.test(err);
}

/**
 * A database that is empty. `flags` start the example server on it, `dump()` gives all that it has
 * kept, as text; `restart` is there where the database is a server.
 */
export async function openDatabase(storage) {
  const folder = temporaryFolder();
  if (storage === 'sqlite') return openSqlite(folder);
  return startDatabaseServer(storage, folder);
}

function openSqlite(folder) {
  const file = join(folder, 'grants.db');
  return {
    flags: ['--storage', `sqlite:${file}`],
    secrets: undefined, // they lie beside it
    dump: async () =>
      readdirSync(folder)
        .filter((name) => name.startsWith('grants.db') && !name.endsWith('.secrets'))
        .map((name) => readFileSync(join(folder, name), 'latin1'))
        .join('\n'),
    close: async () => {},
  };
}

async function startDatabaseServer(storage, folder) {
  const script = join(adapters, storage, 'server.sh');
  const place = join(folder, 'server');
  const tell = (verb) => run('sh', [script, verb, place]);
  await tell('start');
  const leave = () => execFileSync('sh', [script, 'stop', place], { stdio: 'ignore' });
  process.on('exit', leave);
  const uri = readFileSync(join(place, 'uri'), 'utf8').trim();
  return {
    flags: ['--storage', `${storage}:${uri}`],
    secrets: join(folder, 'secrets'),
    dump: storage === 'redis' ? () => dumpRedis(place) : () => dumpPostgresql(uri),
    restart: () => tell('restart'),
    close: async () => {
      process.off('exit', leave);
      leave();
    },
  };
}

async function dumpPostgresql(uri) {
  const { stdout } = await run('pg_dump', ['--dbname', uri], { maxBuffer: 1 << 28 });
  assert.match(stdout, /COPY .*record/, 'the dump shows no table of records');
  return stdout;
}

// The file of all writes: it has what was overwritten since as well.
async function dumpRedis(place) {
  const files = readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && /aof/.test(each.name))
    .map((each) => readFileSync(join(each.parentPath ?? each.path, each.name), 'latin1'));
  assert.ok(files.length > 0, 'there is no append-only file');
  return files.join('\n');
}
