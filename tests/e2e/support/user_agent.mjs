// A scripted person: a browser without scripts, which fills in the first form of each page.
import assert from 'node:assert/strict';

import { request } from './http.mjs';

const entities = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  '#x27': "'",
  '#34': '"',
};

export function decodeEntities(text) {
  return text.replace(/&(#?\w+);/g, (whole, name) => entities[name] ?? whole);
}

function attributesOf(tag) {
  const found = {};
  for (const [, name, , , quoted, single, bare] of tag.matchAll(
    /\s([a-zA-Z-]+)(=("([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  ))
    found[name.toLowerCase()] = decodeEntities(quoted ?? single ?? bare ?? '');
  return found;
}

/** The first form of a page: where it goes, its inputs and buttons. */
export function firstForm(page) {
  const found = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(page.text);
  if (!found) return undefined;
  const attributes = attributesOf(found[1] ? ` ${found[1]}` : '');
  const inputs = [...found[2].matchAll(/<input\b[^>]*>/gi)].map(([tag]) =>
    attributesOf(tag.slice(6)),
  );
  const buttons = [...found[2].matchAll(/<button\b[^>]*>/gi)].map(([tag]) =>
    attributesOf(tag.slice(7)),
  );
  return {
    action: new URL(attributes.action || page.url, page.url).href,
    method: (attributes.method ?? 'get').toUpperCase(),
    inputs,
    buttons,
    has: (name) => [...inputs, ...buttons].some((each) => each.name === name),
  };
}

/** What the page shows, without its markup. */
export function visibleText(page) {
  const body = page.text
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<head[\s\S]*?<\/head>/i, ' ');
  return decodeEntities(body.replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

export class UserAgent {
  cookies = new Map();

  constructor({ username = 'alice', password = 'wonderland' } = {}) {
    this.credentials = { username, password };
  }

  #keep(answer) {
    const set = answer.headers['set-cookie'];
    if (!set) return;
    for (const each of set.split(/, (?=[^;,]+=)/)) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(each);
      if (/max-age=0\b/i.test(each)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }

  async #fetch(url, options = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie ? { Cookie: cookie } : {}), ...options.headers };
    const answer = await request(url, { ...options, headers });
    this.#keep(answer);
    return { ...answer, url };
  }

  /** Follows redirects on the same origin. A redirect to elsewhere ends with `redirect` set. */
  async #follow(page) {
    const home = new URL(page.url).origin;
    for (let hops = 0; page.headers.location !== undefined; ++hops) {
      assert.ok(hops < 10, 'too many redirects');
      assert.ok([302, 303].includes(page.status), `redirected with ${page.status}`);
      const next = new URL(page.headers.location, page.url);
      if (next.origin !== home) return { ...page, redirect: next };
      page = await this.#fetch(next.href);
    }
    return page;
  }

  async open(url) {
    return this.#follow(await this.#fetch(String(url)));
  }

  /** Submits the first form of the page with these values, and with this button if it is named. */
  async submit(page, values = {}, button) {
    const form = firstForm(page);
    assert.ok(form, `no form on this page: ${visibleText(page)}`);
    const filled = new URLSearchParams();
    for (const input of form.inputs) {
      if (!input.name || ['submit', 'button'].includes(input.type)) continue;
      if (['checkbox', 'radio'].includes(input.type) && !('checked' in input)) continue;
      filled.append(input.name, values[input.name] ?? input.value ?? '');
    }
    if (button) filled.append(button.name, button.value);
    if (form.method === 'GET') return this.open(`${form.action.split('?')[0]}?${filled}`);
    return this.#follow(
      await this.#fetch(form.action, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          Origin: new URL(page.url).origin,
          ...(this.submitHeaders ?? {}),
        },
        body: filled.toString(),
      }),
    );
  }

  /** Logs in where a login page came; gives the page after it. */
  async logIn(page) {
    if (!page.redirect && firstForm(page)?.has('password'))
      return this.submit(page, this.credentials);
    return page;
  }

  decide(page, decision) {
    return this.submit(page, {}, { name: 'decision', value: decision });
  }

  /**
   * Logs in and decides. Returns: `callback`, the URL that the client would have been called at, and the
   * consent page, where one was shown.
   */
  async authorize(url, decision = 'allow') {
    const consent = await this.logIn(await this.open(url));
    const last = consent.redirect ? consent : await this.decide(consent, decision);
    assert.ok(last.redirect, `stuck at ${last.status}: ${visibleText(last)}`);
    return { callback: last.redirect, consent: consent.redirect ? undefined : consent };
  }
}
