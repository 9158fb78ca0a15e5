// What is wrong with the requirement files, once it is known which tests there are.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { presets, statusOf } from './requirements.mjs';
import { failedIn, lacksIn } from './tests.mjs';

/** For each row's ID the tests that bear it as a tag. */
export function taggedTests(tests) {
  const byId = new Map();
  for (const test of tests.values())
    for (const tag of new Set(test.tags)) byId.set(tag, [...(byId.get(tag) ?? []), test]);
  return byId;
}

/** The tests that prove a row: those that bear its ID, and those that the row names. */
export function proofsOf(row, tests, tagged) {
  const named = row.items
    .filter((item) => item.kind === 'tested' && item.value !== '')
    .map((item) => tests.get(item.value))
    .filter(Boolean);
  return [...new Set([...(tagged.get(row.id) ?? []), ...named])];
}

const isOpen = (row) => ['other feature', 'not done'].includes(statusOf(row));
/** A row that is open although tests bear its ID, and that does not say why. */
export const couldBeTested = (row, tagged) =>
  isOpen(row) &&
  tagged.has(row.id) &&
  !row.items.some(({ kind }) => kind === 'note' || presets.includes(kind));

const testedUnder = (row, preset) =>
  row.items.some(({ kind, value }) => kind === preset && value.startsWith('tested'));

function checkProofs(row, { tests, tagged, built, results }, wrong) {
  for (const { kind, value } of row.items)
    if (kind === 'tested' && value !== '' && !tests.has(value))
      wrong(`names a test that does not exist: ${value}`);
  const proofs = proofsOf(row, tests, tagged);
  const claims =
    row.items.some(({ kind }) => kind === 'tested') ||
    presets.some((preset) => testedUnder(row, preset));
  if (claims && proofs.length === 0) wrong('says "tested", but no test bears its ID');
  for (const test of claims ? proofs : []) {
    if (built && lacksIn(built, test))
      wrong(`is proven by a test that the build lacks: ${test.name}`);
    if (failedIn(results, test, tests)) wrong(`is not proven, a test did not pass: ${test.name}`);
  }
  if (couldBeTested(row, tagged))
    wrong(
      `says "${statusOf(row)}", but a test bears its ID: ${tagged.get(row.id)[0].name} ` +
        '(--promote makes it "tested"; a note may say what the test proves instead)',
    );
}

function checkStatus(row, document, { root, features }, wrong) {
  for (const { kind, value } of row.items) {
    if (kind === 'other feature' && !features.includes(value))
      wrong(`names a feature that features.txt does not list: ${value}`);
    if (kind === "host's duty") {
      const path = join(root, value);
      if (!existsSync(path)) wrong(`points to what is not there: ${value}`);
      else if (!readFileSync(path, 'utf8').includes(row.id))
        wrong(`is a host's duty, but ${value} does not name it`);
    }
  }
  const status = statusOf(row);
  if (status === "client's duty" && row.actor !== 'client') wrong("is not a client's duty");
  const binding = row.level.startsWith('MUST') || row.level === 'TRY';
  const excused = row.level === 'TRY' && testedUnder(row, 'mcp()');
  if (document.mainPath === 'yes' && binding && status === 'not done' && !excused)
    wrong(`is a ${row.level} of the main path, and is neither tested nor a host's duty`);
}

/** Tags that look like an ID of one of the documents, and are none. */
function checkTags(documents, tagged, complain) {
  const ids = new Set(documents.flatMap(({ rows }) => rows.map((row) => row.id)));
  const series = new Set([...ids].map((id) => id.replace(/\d+$/, '')));
  for (const [tag, tests] of tagged)
    if (/\d$/.test(tag) && series.has(tag.replace(/\d+$/, '')) && !ids.has(tag))
      for (const test of tests) complain(`tests/${test.file}: no requirement is called ${tag}`);
}

function checkFeatures(documents, features, complain) {
  const named = new Set(
    documents.flatMap(({ rows }) =>
      rows.flatMap(({ items }) =>
        items.filter(({ kind }) => kind === 'other feature').map(({ value }) => value),
      ),
    ),
  );
  for (const feature of features)
    if (!named.has(feature)) complain(`features.txt: no row waits for this: ${feature}`);
}

/** Tells each fault by `complain(what)`. `built` is undefined where there is no build to ask. */
export function judge(documents, context, complain) {
  for (const document of documents)
    for (const row of document.rows) {
      const wrong = (what) => complain(`${document.name}:${row.line}: ${row.id} ${what}`);
      checkProofs(row, context, wrong);
      checkStatus(row, document, context, wrong);
    }
  checkTags(documents, context.tagged, complain);
  checkFeatures(documents, context.features, complain);
}
