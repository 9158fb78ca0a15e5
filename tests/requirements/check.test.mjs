// The checker, tested on a small project of its own: each thing that may be wrong makes it fail.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { catchTests, nodeTests, resultsIn } from './tests.mjs';

const checker = join(dirname(fileURLToPath(import.meta.url)), 'check.mjs');
const scratch = mkdtempSync(join(tmpdir(), 'requirements-'));
after(() => rmSync(scratch, { recursive: true }));

const files = {
  'README.md':
    '# A project\n\n<!-- requirements: made by tests/requirements/check.mjs -->\n\n' +
    '<!-- end of requirements -->\n',
  'include/host.hpp': '/// The host does it (X-03).\n',
  'tests/rfc/x_test.cpp':
    'TEST_CASE("one is done", "[X-01]") {}\nTEST_CASE("two is, too", "[rfc]") {}\n',
  'tests/e2e/topic.test.mjs': "test('[X-05] five works', () => {});\ntest('another', () => {});\n",
  'tests/requirements/features.txt': 'a feature\n',
  'tests/requirements/x.txt': `# Document X

rows: X-01..06
main path: yes

X-01 | MUST | AS | X §1
  One is done.
  - tested

X-02 | MUST NOT† | AS, RS | X §2
  Two is done.
  - tested by rfc.two is, too
  - mcp(): less of it

X-03 | MUST | AS | X §3
  Three is done.
  - host's duty: include/host.hpp

X-04 | MUST | AS | X §4
  Four is done.
  - other feature: a feature

X-05 | SHOULD | AS | X §5
  Five is done.
  - tested

X-06 | SHOULD | AS | X §6
  Six is done.
  - not done: it is not worth it
`,
};

/** A fresh project, with `changes` to its files, whose pages are current. */
function project(changes = {}) {
  const root = mkdtempSync(join(scratch, 'project-'));
  const write = (all) => {
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
  };
  write(files);
  check(root, '--write');
  write(changes);
  return root;
}
function check(root, ...flags) {
  const run = spawnSync(process.execPath, [checker, '--root', root, ...flags], {
    encoding: 'utf8',
  });
  return { passed: run.status === 0, said: run.stderr + run.stdout };
}
const rows = 'tests/requirements/x.txt';
const changed = (from, to) => {
  assert.ok(files[rows].includes(from), from);
  return { [rows]: files[rows].replace(from, to) };
};
/** `changes` make the checker fail, and say `what`. */
function refuses(changes, what, ...flags) {
  const { passed, said } = check(project(changes), ...flags);
  assert.equal(passed, false, said);
  assert.match(said, what);
}

test('a whole project passes, and its pages say what the rows say', () => {
  const root = project();
  const { passed, said } = check(root);
  assert.ok(passed, said);
  const page = readFileSync(join(root, 'tests/requirements/README.md'), 'utf8');
  assert.match(page, /\| X-02 \| MUST NOT† \| AS, RS \| Two is done\. \(X §2\) \|/);
  assert.match(page, /\*\*tested\*\*<br>rfc\.two is, too<br>\*mcp\(\)\*: less of it/);
  assert.match(page, /\| \[Document X\]\(#document-x\) \| 6 \| 4 \| 2 \| 1 \|  \| 1 \|  \|/);
  assert.match(
    readFileSync(join(root, 'README.md'), 'utf8'),
    /\| Document X \| 6 \| 4 \| 2 \| 1 \| 1 \|  \|/,
  );
});

test('the first page counts the documents of the main path, and only those', () => {
  const aside = `# Document Y

rows: Y-01..01
main path: no

Y-01 | MUST | AS | Y §1
  One is done.
  - other feature: a feature
`;
  const root = project({ 'tests/requirements/y.txt': aside });
  const { passed, said } = check(root, '--write');
  assert.ok(passed, said);
  assert.match(readFileSync(join(root, 'tests/requirements/README.md'), 'utf8'), /Document Y/);
  const shown = readFileSync(join(root, 'README.md'), 'utf8');
  assert.match(shown, /Document X/);
  assert.doesNotMatch(shown, /Document Y|other documents/);
});

test('a row that is missing, or that nobody expects', () => {
  refuses(changed(/X-02[^]*?(?=X-03)/.exec(files[rows])[0], ''), /the row X-02 is missing/);
  refuses(changed('X-06 |', 'X-07 |'), /X-07 is not among its "rows:"/);
  refuses(changed('X-06 |', 'X-05 |'), /X-05 is there twice/);
  refuses({ 'tests/requirements/y.txt': files[rows] }, /X-01 is in x\.txt as well/);
});

test('a row without a level, an owner, a sentence or a status', () => {
  refuses(changed('X-01 | MUST |', 'X-01 | OUGHT |'), /X-01 has no level: "OUGHT"/);
  refuses(changed('MUST | AS | X §1', 'MUST | us | X §1'), /X-01 is nobody's: "us"/);
  refuses(changed('  One is done.\n', ''), /X-01 says nothing/);
  refuses(changed('  - tested\n', ''), /X-01 has no status: ""/);
  refuses(changed('  - tested\n', '  - done\n'), /X-01 has no status: "done"/);
  refuses(changed('  - tested\n', '  - tested\n  - maybe: so\n'), /X-01 cannot say "maybe: so"/);
  refuses(changed('not done: it is not worth it', 'not done'), /X-06 says nothing: "not done"/);
  refuses(changed('# Document X\n', ''), /has no title/);
  refuses(changed('main path: yes', ''), /does not say "main path/);
  refuses(changed('  - tested\n', 'tested\n'), /is no part of a requirement: tested/);
});

test('a MUST of the main path that is neither tested nor a duty', () => {
  const open = changed('other feature: a feature', 'not done: no time');
  open['tests/requirements/features.txt'] = '';
  refuses(open, /X-04 is a MUST of the main path/);
  open[rows] = open[rows].replace('main path: yes', 'main path: no');
  assert.ok(!/X-04/.test(check(project(open)).said));
});

test('a test that does not exist, and a row that no test bears', () => {
  refuses(changed('rfc.two is, too', 'rfc.two'), /X-02 names a test that does not exist: rfc\.two/);
  refuses(
    { 'tests/rfc/x_test.cpp': 'TEST_CASE("two is, too", "[rfc]") {}\n' },
    /X-01 says "tested", but no test/,
  );
  refuses(
    { 'tests/e2e/topic.test.mjs': "test('five works', () => {});\n" },
    /X-05 says "tested", but no test/,
  );
});

test('a scenario counts for each topic that imports it', () => {
  const changes = {
    'tests/e2e/topic.test.mjs':
      "import { all } from './support/all_scenarios.mjs';\nall('here');\n",
    'tests/e2e/support/all_scenarios.mjs':
      "export const all = () => test('[X-05] five', () => {});\n",
  };
  const root = project(changes);
  assert.ok(check(root, '--write').passed);
  const page = readFileSync(join(root, 'tests/requirements/README.md'), 'utf8');
  assert.match(page, /\*\*tested\*\*<br>e2e\.topic: \[X-05\] five/);
});

test('a duty that nobody is told of, and a feature that is not on the list', () => {
  refuses(changed('include/host.hpp', 'include/gone.hpp'), /X-03 points to what is not there/);
  refuses(
    { 'include/host.hpp': '///\n' },
    /X-03 is a host's duty, but include\/host\.hpp does not name it/,
  );
  refuses(
    changed('feature: a feature', 'feature: another'),
    /X-04 names a feature that features\.txt does not list/,
  );
  refuses(
    { 'tests/requirements/features.txt': 'a feature\nb\n' },
    /features\.txt: no row waits for this: b/,
  );
  refuses(changed('not done: it is not worth it', "client's duty"), /X-06 is not a client's duty/);
});

test('a tag that is no requirement', () => {
  const source = `${files['tests/rfc/x_test.cpp']}TEST_CASE("nine", "[X-09]") {}\n`;
  refuses(
    { 'tests/rfc/x_test.cpp': source },
    /tests\/rfc\/x_test\.cpp: no requirement is called X-09/,
  );
});

test('a row that is open although a test bears it: named, and promoted', () => {
  const source = `${files['tests/rfc/x_test.cpp']}TEST_CASE("six", "[X-06]") {}\n`;
  const root = project({ 'tests/rfc/x_test.cpp': source });
  assert.match(check(root).said, /X-06 says "not done", but a test bears its ID: rfc\.six/);
  assert.ok(check(root, '--promote', '--write').passed);
  assert.ok(check(root).passed);
  assert.match(readFileSync(join(root, rows), 'utf8'), /Six is done\.\n {2}- tested\n$/);
});

test('pages that are out of date', () => {
  refuses(
    changed('One is done.', 'One has to be done.'),
    /requirements\/README\.md is out of date/,
  );
  refuses(
    changed('X-05 | SHOULD', 'X-05 | MUST'),
    /[^/]README\.md|project-[^/]*\/README\.md is out of date/,
  );
  refuses({ 'README.md': '# A project\n' }, /has no place for the summary/);
});

/** A build of the project, by hand: ctest needs nothing else. */
function build(root, tests, last = []) {
  const folder = join(root, 'build');
  mkdirSync(folder);
  const command = (words) => words.map((word) => `[==[${word}]==]`).join(' ');
  const all = [...tests, ...last];
  const names = tests.map(([name]) => name).join(';');
  const lines = all.map(([name, ...words]) => `add_test([==[${name}]==] ${command(words)})\n`);
  for (const [name] of last)
    lines.push(`set_tests_properties(${name} PROPERTIES DEPENDS "${names}")\n`);
  writeFileSync(join(folder, 'CTestTestfile.cmake'), lines.join(''));
  return folder;
}
const topic = (text) => ['e2e.topic', 'sh', '-c', text];

test('a test that the build lacks', () => {
  const lacks = (tests) => {
    const root = project();
    return check(root, '--build', build(root, tests));
  };
  assert.ok(
    lacks([['rfc.one is done', 'true'], ['rfc.two is, too', 'true'], topic('true')]).passed,
  );
  assert.match(
    lacks([['rfc.one is done', 'true']]).said,
    /X-02 is proven by a test that the build lacks/,
  );
  assert.ok(lacks([['base.other', 'true']]).passed, 'a program that was not built says nothing');
  assert.ok(lacks([['rfc.made otherwise', 'true']]).passed, 'nor does an entry of another kind');
});

test('a test that fails makes its row red, in the very run', () => {
  const run = (one, five) => {
    const root = project();
    const folder = join(root, 'build');
    build(
      root,
      [['rfc.one is done', one], ['rfc.two is, too', 'true'], topic(five)],
      [['check', process.execPath, checker, '--root', root, '--build', folder]],
    );
    return spawnSync('ctest', ['-j2', '-V'], { cwd: folder, encoding: 'utf8' }).stdout;
  };
  assert.match(run('true', 'true'), / 0 faults/);
  const one = run('false', 'true');
  assert.match(one, /X-01 is not proven, a test did not pass: rfc\.one is done/);
  assert.match(one, / 1 faults/);
  assert.match(
    run('true', 'false'),
    /X-05 is not proven, a test did not pass: e2e\.topic: \[X-05\]/,
  );
  // Only the titles that are said to have failed.
  assert.match(run('true', 'echo "\u2716 another (1ms)"; false'), / 0 faults/);
  assert.match(run('true', 'echo "\u2716 [X-05] five works (1ms)"; false'), /X-05 is not proven/);
});

test('a run of some tests says nothing of the others', () => {
  const root = project();
  const folder = join(root, 'build');
  build(
    root,
    [['rfc.one is done', 'false'], ['rfc.two is, too', 'true'], topic('true')],
    [['check', process.execPath, checker, '--root', root, '--build', folder]],
  );
  spawnSync('ctest', [], { cwd: folder });
  const { stdout } = spawnSync('ctest', ['-V', '-R', 'two|check'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.match(stdout, / 0 faults/);
});

test('the names of tests are read as they are written', () => {
  const source = String.raw`
TEST_CASE("plain") {}
TEST_CASE("says \"x\", twice", "[a][B-1]") {}
TEST_CASE(
    "in two "
    "parts: https://x",
    "[c]"
    "[d]") {}
// TEST_CASE("not one") {}
`;
  assert.deepEqual(catchTests(source), [
    { name: 'plain', tags: [] },
    { name: 'says "x", twice', tags: ['a', 'B-1'] },
    { name: 'in two parts: https://x', tags: ['c', 'd'] },
  ]);
  const titles =
    "test('[A-1] it\\'s', f);\nawait t.test(`x ${y}`, f);\nt.test(\n  'later', f); /x/.test('no')";
  assert.deepEqual(nodeTests(titles), [
    { name: "[A-1] it's", tags: ['A-1'] },
    { name: 'x ${y}', tags: [] },
    { name: 'later', tags: [] },
  ]);
});

test('what a test prints is not taken for its result', () => {
  const entry = (n, name, output, end) =>
    `${n}/3 Testing: ${name}\n${n}/3 Test: ${name}\nCommand: "x"\nOutput:\n${output}\n${end}`;
  const log = [
    entry(1, 'good', 'Test Failed.', '<end of output>\nTest Passed.\n'),
    entry(2, 'bad', 'Test Passed.', '<end of output>\nTest Failed.\n'),
    entry(3, 'under way', 'Test Failed.', ''),
  ].join('\n');
  const results = resultsIn(log);
  assert.deepEqual(
    [...results].map(([name, { failed }]) => [name, failed]),
    [
      ['good', false],
      ['bad', true],
    ],
  );
});
