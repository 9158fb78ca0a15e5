// The requirement files as tables: tests/requirements/README.md, and the summary in README.md.
import { proofsOf } from './judge.mjs';
import { levels, presets, statuses, statusOf } from './requirements.mjs';

const intro = `<!-- Made by check.mjs out of the requirement files beside it: do not edit. -->
# What is required, and what proves it

Every row is one requirement of one document: its ID, how binding it is, whose it is, and its status.

- **tested**: by the tests that are named. A test that bears the ID as a tag counts by itself.
- **host's duty**: of the program that links the library in. The file that is named tells the host.
- **client's duty**: nothing here could do it.
- **other feature**: comes with a feature that is not built yet, and not advertised.
- **not done**: and why.

The status is that of \`policy::strict()\`. Where \`policy::mcp()\` or the example server departs from it,
a second line says how. Under a level with NOT, the sentence says what must not happen. A † behind the
level: the source does not say so in so many words; it follows, or makes another row testable. TRY is
no sentence of a document but something to try, and counts like a MUST. "→ \`x\`": the answer carries
the error code \`x\`. AS: authorization server, RS: resource server. A source called "experience" is what
clients in the field were seen to do.

The rows are kept in the \`.txt\` files of this folder. After a change, and after a test got or lost a tag:

    node tests/requirements/check.mjs --write              # makes this page anew
    node tests/requirements/check.mjs --promote --write    # rows that tests bear by now become "tested"

When a feature is built, its line leaves \`features.txt\`; the checker then names each row that waits
for it.
`;

/** Text inside a table's cell: markup characters outside of code lose their meaning. */
function cell(text) {
  return text
    .split(/(\`[^\`]*\`)/)
    .map((part) => (part.startsWith('`') ? part : part.replace(/[<>*_]/g, (c) => ({ '<': '&lt;', '>': '&gt;' })[c] ?? `\\${c}`)))
    .join('')
    .replace(/\|/g, '\\|');
}
const table = (head, rows) =>
  [head, head.map((_, i) => (i === 0 || rows.length === 0 ? '---' : '---')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

const count = (rows, predicate) => rows.filter(predicate).length;
const orNothing = (n) => (n === 0 ? '' : String(n));
const isMust = (row) => row.level.startsWith('MUST') || row.level === 'TRY';

function statusCell(row, tests, tagged) {
  const lines = [];
  const proofs = proofsOf(row, tests, tagged);
  let proven = false;
  const show = () => {
    if (proven) return;
    proven = true;
    lines.push(...proofs.map((test) => cell(test.name)));
  };
  for (const { kind, value } of row.items) {
    if (kind === 'tested') {
      if (lines.length === 0) lines.push('**tested**');
      show();
    } else if (statuses.includes(kind)) {
      const link = kind === "host's duty" ? `: [${value}](../../${value})` : value && `: ${cell(value)}`;
      lines.push(`**${kind}**${link}`);
    } else lines.push(`*${cell(kind)}*: ${cell(value)}`);
    if (presets.includes(kind) && value.startsWith('tested')) show();
  }
  if (statusOf(row) === "host's duty") show();
  return lines.join('<br>');
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
  return `${heading}\n\n${countsOf(rows)}\n\n${table(['ID', 'level', 'whose', 'what', 'status'], body)}\n`;
}

const summaryHead = ['document', 'rows', 'MUST', 'tested', "host's duty", "client's duty", 'other feature', 'not done'];
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
    const anchor = title.toLowerCase().replace(/[^a-z0-9 _-]/g, '').replace(/ /g, '-');
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

/** The few lines for README.md: the documents of the main path, then the others together. */
export function renderSummary(documents) {
  const groups = new Map();
  for (const { title, rows, mainPath } of documents) {
    const label = mainPath === 'yes' ? title.split(':')[0] : 'other documents and features';
    groups.set(label, [...(groups.get(label) ?? []), ...rows]);
  }
  const rest = groups.get('other documents and features');
  groups.delete('other documents and features');
  const lines = [...groups].map(([label, rows]) => [label, rows]);
  if (rest) lines.push(['other documents and features', rest]);
  const short = (label, rows) => {
    const musts = rows.filter(isMust);
    return [
      label,
      String(rows.length),
      String(musts.length),
      String(count(musts, (row) => statusOf(row) === 'tested')),
      orNothing(count(musts, (row) => statusOf(row).endsWith('duty'))),
      orNothing(count(musts, (row) => statusOf(row) === 'other feature')),
      orNothing(count(musts, (row) => statusOf(row) === 'not done')),
    ];
  };
  return table(
    ['document', 'rows', 'MUST', 'tested', "host's or client's duty", 'not built yet', 'not done'],
    lines.map(([label, rows]) => short(label, rows)),
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
