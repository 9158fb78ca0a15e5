// Which tests there are, what each of them claims to prove, and which of them passed.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() && entry.name !== 'node_modules' ? filesIn(path) : [path];
    });
}

const tagsIn = (text) => [...text.matchAll(/\[([^\][]+)\]/g)].map((match) => match[1]);
const unescaped = (text) => text.replace(/\\(.)/g, '$1');

/** The names and tags of the TEST_CASEs of one source file. */
export function catchTests(source) {
  const literals = String.raw`(?:"(?:[^"\\]|\\.)*"\s*)+`;
  const pattern = new RegExp(
    String.raw`^TEST_CASE\(\s*(${literals})(?:,\s*(${literals}))?\)`,
    'gm',
  );
  const joined = (text = '') =>
    [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => unescaped(match[1])).join('');
  return [...source.matchAll(pattern)].map((match) => ({
    name: joined(match[1]),
    tags: tagsIn(joined(match[1]) + joined(match[2])),
  }));
}

/** The titles of the node:test cases of one source file; a template stands as it is written. */
export function nodeTests(source) {
  return [...source.matchAll(/(?<![\w$./])(?:\w\.)?test\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g)].map(
    (match) => ({
      name: unescaped(match[2]),
      tags: tagsIn(match[2]),
    }),
  );
}

/** A topic of e2e, and the files of scenarios that it imports. */
function withScenarios(path) {
  const source = readFileSync(path, 'utf8');
  const imported = source.matchAll(/from '(\.\/support\/\w+_scenarios\.mjs)'/g);
  const scenarios = [...imported].map(([, name]) =>
    readFileSync(join(dirname(path), name), 'utf8'),
  );
  return [source, ...scenarios].join('\n');
}

/** The part of a Catch2 test's name before the first period: rooms.cmake gives it. */
function roomOf(path) {
  const parts = path.split(sep);
  return parts[0] === 'adapters' && parts.length > 2 ? parts[1] : parts[0];
}

/** Every test that the sources hold, by the name that requirement files call it. */
export function testsInSources(folder) {
  const tests = new Map();
  const add = (name, entry) => tests.set(name, { name, ...entry });
  for (const path of filesIn(folder)) {
    const file = relative(folder, path);
    if (file.startsWith(`compile_fail${sep}`) && file.endsWith('.cpp'))
      add(`compile_fail.${basename(file, '.cpp')}`, { file, tags: [] });
    else if (file.endsWith('_test.cpp'))
      for (const { name, tags } of catchTests(readFileSync(path, 'utf8')))
        add(`${roomOf(file)}.${name}`, { file, tags });
    else if (file.startsWith(`e2e${sep}`) && file.endsWith('.test.mjs')) {
      const entry = `e2e.${basename(file, '.test.mjs')}`;
      for (const { name, tags } of nodeTests(withScenarios(path)))
        add(`${entry}: ${name}`, { file, tags, entry, title: name });
    }
  }
  return tests;
}

/** The name of a test's ctest entry. */
export const entryOf = (test) => test.entry ?? test.name;
const programOf = (test) => entryOf(test).split('.')[0];

/**
 * The names of the ctest entries of a build, and the programs among them that hold tests of the
 * sources. Asked from outside the build: inside it, ctest would begin the log of the run that is
 * going on anew.
 */
export function testsInBuild(build, tests) {
  const outside = mkdtempSync(join(tmpdir(), 'ctest-'));
  try {
    writeFileSync(join(outside, 'CTestTestfile.cmake'), `subdirs([==[${resolve(build)}]==])\n`);
    const json = execFileSync('ctest', ['--show-only=json-v1'], {
      cwd: outside,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const names = new Set(JSON.parse(json).tests.map((test) => test.name));
    const there = [...tests.values()].filter((test) => names.has(entryOf(test)));
    return { names, programs: new Set(there.map(programOf)) };
  } finally {
    rmSync(outside, { recursive: true });
  }
}

/**
 * Whether a test of the sources is lacking in a build. It is not where its whole program was not
 * built, since that hangs on what the machine has; nor where it tests what a shared library hides.
 */
export function lacksIn(built, test) {
  if (test.file.endsWith('_internal_test.cpp')) return false;
  return built.programs.has(programOf(test)) && !built.names.has(entryOf(test));
}

/** The end of each test in ctest's log: its name, whether it failed, and what it printed. */
export function resultsIn(log) {
  const results = new Map();
  for (const part of log.split(/^\d+\/\d+ Testing: /m).slice(1)) {
    const name = part.slice(0, part.indexOf('\n'));
    const end = part.lastIndexOf('<end of output>');
    if (end < 0 || /^Command: ""$/m.test(part.slice(0, end))) continue; // under way, or no program
    const failed = /^Test Failed\.$/m.test(part.slice(end));
    results.set(name, { failed, output: failed ? part.slice(0, end) : '' });
  }
  return results;
}

/**
 * How the tests of a build ended: of the run that is going on, in which this may be the last test,
 * or of the last one. A test that did not run has no result.
 */
export function resultsOf(build) {
  for (const name of ['LastTest.log.tmp', 'LastTest.log']) {
    const log = join(build, 'Testing', 'Temporary', name);
    if (existsSync(log)) return resultsIn(readFileSync(log, 'utf8'));
  }
  return new Map();
}

const mark = '\u2716 '; // what node:test puts before a title that failed
/** Whether the output of a failed topic says that this title failed. */
function saysFailed(output, title) {
  const pattern = title
    .split(/\$\{[^}]*\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`${mark}${pattern} \\(`).test(output);
}

/** Whether a test ran and failed. A topic of e2e is one ctest entry with many titles. */
export function failedIn(results, test, tests) {
  const result = results.get(entryOf(test));
  if (!result?.failed) return false;
  if (!test.title) return true;
  const titles = [...tests.values()].filter((other) => other.entry === test.entry);
  const named = titles.some((other) => saysFailed(result.output, other.title));
  return !named || saysFailed(result.output, test.title);
}
