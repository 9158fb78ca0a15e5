// Reads the requirement files: NAME.txt, one for each document.
//
//     # RFC 7636: Proof Key for Code Exchange         the title, then lines about the document
//     rows: PKCE-01..08                               every row that has to be there
//     main path: yes                                  whether its MUSTs have to be proven
//
//     ## A heading                                    for readers
//
//     PKCE-01 | MUST | AS | RFC 7636 §4.1             ID, level, whose, source
//       What is required, in a sentence.
//       - tested                                      its status, then what else there is to say
//       - note: …
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** TRY is no sentence of a document but something to try; it is held to the rule for a MUST. */
export const levels = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY', 'TRY'];
export const statuses = ['tested', "host's duty", "client's duty", 'other feature', 'not done'];
/** How a preset, or the example server, departs from the status, which is that of `strict()`. */
export const presets = ['mcp()', 'migration()', 'example'];

const actors = ['AS', 'RS', 'AS, RS', 'AS (RAS)', 'AS (IdP)', 'client'];

/** "X-01..03, Y-01" as the IDs that it stands for. */
function expand(ranges) {
  return ranges.split(/,\s*/).flatMap((range) => {
    const match = /^(.*?)(\d+)(?:\.\.(\d+))?$/.exec(range);
    if (!match) return [range];
    const [, prefix, first, last = first] = match;
    const ids = [];
    const width = prefix.endsWith('-') ? 2 : 1;
    for (let n = Number(first); n <= Number(last); ++n)
      ids.push(prefix + String(n).padStart(width, '0'));
    return ids;
  });
}

/** "tested by x" and "note: x" as kind and value. */
function itemOf(text) {
  if (text === 'tested') return { kind: 'tested', value: '' };
  if (text.startsWith('tested by ')) return { kind: 'tested', value: text.slice(10) };
  const colon = text.indexOf(': ');
  return colon < 0
    ? { kind: text, value: '' }
    : { kind: text.slice(0, colon), value: text.slice(colon + 2) };
}

function rowOf(line, fields) {
  const [id, level = '', actor = '', source = ''] = fields;
  return {
    id,
    level: level.replace('†', ''),
    derived: level.endsWith('†'),
    actor,
    source,
    text: '',
    items: [],
    line,
  };
}

/** One file. What cannot be read is told by `complain(line, what)`. */
export function parseDocument(name, text, complain) {
  const document = { name, title: '', about: [], expected: [], mainPath: undefined, rows: [] };
  let row;
  text.split('\n').forEach((content, index) => {
    const line = index + 1;
    const last = row?.items.at(-1);
    if (content.trim() === '' || content.startsWith('## ')) return;
    if (content.startsWith('# ')) {
      if (document.title === '') document.title = content.slice(2);
      else document.about.push(content.slice(2));
    } else if (content.startsWith('rows: ')) document.expected = expand(content.slice(6));
    else if (content.startsWith('main path: ')) document.mainPath = content.slice(11);
    else if (content.includes(' | ') && !content.startsWith(' ')) {
      row = rowOf(line, content.split(' | '));
      document.rows.push(row);
    } else if (row && content.startsWith('  - ')) row.items.push({ line, raw: content.slice(4) });
    else if (last && content.startsWith('    ')) last.raw += ` ${content.trim()}`;
    else if (row && !last && content.startsWith('  '))
      row.text = `${row.text} ${content.trim()}`.trim();
    else complain(line, `is no part of a requirement: ${content}`);
  });
  for (const each of document.rows)
    for (const item of each.items) Object.assign(item, itemOf(item.raw));
  return document;
}

/** What is wrong with a document by itself: its form, and which rows it has. */
export function checkForm(document, complain) {
  const { rows, expected } = document;
  if (document.title === '') complain(1, 'has no title');
  if (!['yes', 'no'].includes(document.mainPath))
    complain(1, 'does not say "main path: yes" or "no"');
  const ids = rows.map((row) => row.id);
  for (const id of expected) if (!ids.includes(id)) complain(1, `the row ${id} is missing`);
  for (const row of rows) {
    const wrong = (what) => complain(row.line, `${row.id} ${what}`);
    if (!expected.includes(row.id)) wrong('is not among its "rows:"');
    if (ids.indexOf(row.id) !== rows.indexOf(row)) wrong('is there twice');
    if (!levels.includes(row.level)) wrong(`has no level: "${row.level}"`);
    if (!actors.includes(row.actor)) wrong(`is nobody's: "${row.actor}"`);
    if (row.text === '') wrong('says nothing');
    if (!statuses.includes(row.items[0]?.kind))
      wrong(`has no status: "${row.items[0]?.raw ?? ''}"`);
    for (const { kind, value, raw } of row.items) {
      if (![...statuses, ...presets, 'note'].includes(kind)) wrong(`cannot say "${raw}"`);
      if (value === '' && !['tested', "client's duty"].includes(kind))
        wrong(`says nothing: "${raw}"`);
    }
  }
}

const shelves = [
  /^mcp_2026/,
  /^mcp_2025-11/,
  /^mcp_2025-06/,
  /^mcp_2025-03/,
  /^oauth/,
  /^(rfc|jose)/,
  /^(refresh_rotation|attacks|readings|interoperability)/,
  /./,
];
const shelfOf = ({ name }) => shelves.findIndex((pattern) => pattern.test(name));

/** Every document of a folder, in an order for readers. */
export function readDocuments(folder, complain) {
  const documents = readdirSync(folder)
    .filter((name) => /^[a-z].*\.txt$/.test(name) && name !== 'features.txt')
    .map((name) => {
      const where = (line, what) => complain(`${name}:${line}: ${what}`);
      const document = parseDocument(name, readFileSync(join(folder, name), 'utf8'), where);
      checkForm(document, where);
      return document;
    })
    .sort((a, b) => shelfOf(a) - shelfOf(b) || (a.title < b.title ? -1 : 1));
  const seen = new Map();
  for (const { name, rows } of documents)
    for (const { id, line } of rows) {
      const other = seen.get(id);
      if (other && other !== name) complain(`${name}:${line}: ${id} is in ${other} as well`);
      seen.set(id, name);
    }
  return documents;
}

export const statusOf = (row) => row.items[0]?.kind;
