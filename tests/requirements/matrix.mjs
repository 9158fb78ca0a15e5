// The requirement files as tables: tests/requirements/README.md, and the summary in README.md.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { proofsOf } from './judge.mjs';
import { levels, presets, statuses, statusOf } from './requirements.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const intro =
  '<!-- Made by check.mjs out of about.md and the requirement files: do not edit. -->\n' +
  readFileSync(join(here, 'about.md'), 'utf8');

/** Text inside a table's cell: markup characters outside of code lose their meaning. */
function cell(text) {
  return text
    .split(/(\`[^\`]*\`)/)
    .map((part) =>
      part.startsWith('`')
        ? part
        : part.replace(/[<>*_]/g, (c) => ({ '<': '&lt;', '>': '&gt;' })[c] ?? `\\${c}`),
    )
    .join('')
    .replace(/\|/g, '\\|');
}
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const count = (rows, predicate) => rows.filter(predicate).length;
const orNothing = (n) => (n === 0 ? '' : String(n));
const isMust = (row) => row.level.startsWith('MUST') || row.level === 'TRY';

function itemLine({ kind, value }) {
  if (kind === "host's duty") return `**${kind}**: [${value}](../../${value})`;
  const said = value === '' || kind === 'tested' ? '' : `: ${cell(value)}`;
  return statuses.includes(kind) ? `**${kind}**${said}` : `*${cell(kind)}*${said}`;
}
/** The status, the tests that prove it, and the rest; tests that do not prove it come last. */
function statusCell(row, tests, tagged) {
  const [status, ...others] = row.items;
  const proofs = proofsOf(row, tests, tagged).map((test) => cell(test.name));
  const rest = others.filter(({ kind }) => kind !== 'tested').map(itemLine);
  const lines = status.kind === 'tested' ? [...proofs, ...rest] : [...rest, ...proofs];
  return [itemLine(status), ...lines].join('<br>');
}

function countsOf(rows) {
  const used = statuses.filter((status) => rows.some((row) => statusOf(row) === status));
  return table(
    ['', ...used],
    levels
      .filter((level) => rows.some((row) => row.level === level))
      .map((level) => [
        level,
        ...used.map((status) =>
          orNothing(count(rows, (row) => row.level === level && statusOf(row) === status)),
        ),
      ]),
  );
}

function section({ name, title, about, rows }, tests, tagged) {
  const heading = `## ${title}\n\n[${name}](${name})${about.length ? `. ${about.join(' ')}` : ''}`;
  const body = rows.map((row) => [
    row.id,
    `${row.level}${row.derived ? '†' : ''}`,
    row.actor,
    `${cell(row.text)}${row.source && ` (${cell(row.source)})`}`,
    statusCell(row, tests, tagged),
  ]);
  const all = table(['ID', 'level', 'whose', 'what', 'status'], body);
  return `${heading}\n\n${countsOf(rows)}\n\n${all}\n`;
}

const summaryHead = [
  'document',
  'rows',
  'MUST',
  'tested',
  "host's duty",
  "client's duty",
  'other feature',
  'not done',
];
function summaryRow(label, rows) {
  const musts = rows.filter(isMust);
  return [
    label,
    String(rows.length),
    String(musts.length),
    ...statuses.map((status) => orNothing(count(musts, (row) => statusOf(row) === status))),
  ];
}

/** The whole page. */
export function renderMatrix(documents, tests, tagged) {
  const all = documents.flatMap(({ rows }) => rows);
  const rows = documents.map(({ title, rows: own, mainPath }) => {
    const anchor = title
      .toLowerCase()
      .replace(/[^a-z0-9 _-]/g, '')
      .replace(/ /g, '-');
    return summaryRow(`[${title}](#${anchor})${mainPath === 'yes' ? '' : ' ◦'}`, own);
  });
  rows.push(summaryRow('**all**', all));
  const sections = documents.map((document) => section(document, tests, tagged));
  return `${intro}
## Summary

Of the MUSTs of each document, TRY included. ◦: not on the main path, which is authorization code with
PKCE, refresh, registration, revocation, metadata and the resource server.

${table(summaryHead, rows)}

${sections.join('\n')}`;
}

/** The few lines for README.md: the documents of the main path. */
export function renderSummary(documents) {
  const groups = new Map();
  const add = (label, rows) => groups.set(label, [...(groups.get(label) ?? []), ...rows]);
  for (const { title, rows, mainPath } of documents)
    if (mainPath === 'yes') add(title.split(':')[0], rows);
  const counted = (label, rows) => {
    const musts = rows.filter(isMust).map(statusOf);
    const having = (...wanted) =>
      orNothing(musts.filter((status) => wanted.includes(status)).length);
    return [
      label,
      String(rows.length),
      String(musts.length),
      having('tested'),
      having("host's duty", "client's duty"),
      having('other feature'),
      having('not done'),
    ];
  };
  return table(
    ['document', 'rows', 'MUST', 'tested', "host's or client's", 'not built yet', 'not done'],
    [...groups].map(([label, rows]) => counted(label, rows)),
  );
}

const begin = '<!-- requirements: made by tests/requirements/check.mjs -->\n';
const end = '\n<!-- end of requirements -->';
/** README.md with its summary replaced; nothing where it has no place for one. */
export function withSummary(readme, summary) {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) return undefined;
  return readme.slice(0, from + begin.length) + summary + readme.slice(to);
}
