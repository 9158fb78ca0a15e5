// Checks the requirement files against the tests, and the pages that are made out of them.
//
//     node check.mjs [--root FOLDER] [--build FOLDER] [--write] [--promote]
//
// --root:    the project; by itself the one that this file lies in
// --build:   a build of it, whose tests are asked for by ctest: whether they exist, and whether the
//            last of its runs, or the one that is going on, saw one of them fail
// --write:   makes the pages anew instead of comparing them
// --promote: makes rows "tested" that tests bear by now
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { couldBeTested, judge, taggedTests } from './judge.mjs';
import { renderMatrix, renderSummary, withSummary } from './matrix.mjs';
import { readDocuments } from './requirements.mjs';
import { resultsOf, testsInBuild, testsInSources } from './tests.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    root: { type: 'string', default: join(here, '..', '..') },
    build: { type: 'string' },
    write: { type: 'boolean', default: false },
    promote: { type: 'boolean', default: false },
  },
});
const folder = join(options.root, 'tests', 'requirements');
const faults = [];
const complain = (what) => faults.push(what);

/** Puts "- tested" in place of the status of each row that tests bear by now. */
function promote(documents, tagged) {
  for (const { name, rows } of documents) {
    const path = join(folder, name);
    const lines = readFileSync(path, 'utf8').split('\n');
    for (const row of rows.filter((each) => couldBeTested(each, tagged)).reverse()) {
      const first = row.items[0].line - 1;
      let length = 1;
      while (lines[first + length]?.startsWith('    ')) ++length;
      lines.splice(first, length, '  - tested');
      console.log(`${row.id} is tested now`);
    }
    writeFileSync(path, lines.join('\n'));
  }
}

/** Writes a page, or complains where it is another. */
function settle(path, text) {
  let now = '';
  try {
    now = readFileSync(path, 'utf8');
  } catch {
    // not there yet
  }
  if (now === text) return;
  if (options.write) writeFileSync(path, text);
  else complain(`${path} is out of date: node tests/requirements/check.mjs --write`);
}

const tests = testsInSources(join(options.root, 'tests'));
const tagged = taggedTests(tests);
if (options.promote)
  promote(
    readDocuments(folder, () => {}),
    tagged,
  );

const documents = readDocuments(folder, complain);
const features = readFileSync(join(folder, 'features.txt'), 'utf8').split('\n').filter(Boolean);
const context = {
  root: options.root,
  features,
  tests,
  tagged,
  built: options.build && testsInBuild(options.build, tests),
  results: options.build ? resultsOf(options.build) : new Map(),
};
const malformed = faults.length > 0;
if (!malformed) judge(documents, context, complain);
if (!malformed) {
  settle(join(folder, 'README.md'), renderMatrix(documents, tests, tagged));
  const readme = join(options.root, 'README.md');
  const shown = withSummary(readFileSync(readme, 'utf8'), renderSummary(documents));
  if (shown === undefined) complain(`${readme} has no place for the summary of the requirements`);
  else settle(readme, shown);
}

for (const fault of faults) console.error(fault);
const rows = documents.reduce((sum, document) => sum + document.rows.length, 0);
console.log(`${rows} requirements in ${documents.length} documents, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
