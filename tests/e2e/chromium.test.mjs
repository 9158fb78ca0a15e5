// The login and consent pages in a real browser: by keyboard, on a phone and on a desk, and under attack.
// Screenshots are kept in the folder MCP_OAUTH_ARTIFACTS.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';

import { assertTokenAnswer, isAccepted, makeClient, pkce } from './support/oauth.mjs';
import { startServer } from './support/server.mjs';
import { firstForm, UserAgent } from './support/user_agent.mjs';

const artifacts = process.env.MCP_OAUTH_ARTIFACTS;
const phone = { width: 360, height: 640 };
const desk = { width: 1280, height: 800 };
const patience = 30_000;

/** A listener at a free port of this machine, as a client's callback or as somebody else's page. */
async function listen(answer) {
  const visits = [];
  const listener = http.createServer((request, response) => {
    if (request.url !== '/favicon.ico') visits.push(request);
    response.setHeader('Content-Type', 'text/html');
    response.end(answer(request));
  });
  await new Promise((ready) => listener.listen(0, ready));
  return {
    port: listener.address().port,
    visits,
    stop: () =>
      new Promise((done) => {
        listener.closeAllConnections();
        listener.close(done);
      }),
  };
}

let server;
let browser;
let callback;
let redirect_uri;
before(async () => {
  mkdirSync(artifacts, { recursive: true });
  server = await startServer();
  callback = await listen(
    () => '<!doctype html><title>Done</title><h1>You can close this page.</h1>',
  );
  redirect_uri = `http://127.0.0.1:${callback.port}/callback`;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    timeout: 60_000,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
after(async () => {
  await browser?.close();
  await callback?.stop();
  await server?.stop();
});

/** A page of its own session. What it complains about is a failure, unless `quiet`. */
async function openPage(t, viewport, { quiet = false, ...options } = {}) {
  const context = await browser.newContext({ viewport, ...options });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const icon = message.location().url?.endsWith('/favicon.ico');
    if (message.type() === 'error' && !icon && !/status of 4\d\d/.test(message.text()))
      complaints.push(message.text());
  });
  t.after(async () => {
    await context.close();
    if (!quiet) assert.deepEqual(complaints, []);
  });
  return page;
}

const shot = (page, name) =>
  page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true });

const client = (metadata = {}) =>
  makeClient(server, {
    client_name: 'Notes for Editors',
    redirect_uris: [redirect_uri],
    ...metadata,
  });

const urlFor = (who, challenge, changes = {}) =>
  who.authorizationUrl(challenge, {
    redirect_uri,
    scope: 'mcp notes:read notes:write offline_access',
    ...changes,
  }).href;

const focused = (page) =>
  page.evaluate(() => {
    const e = document.activeElement;
    const style = getComputedStyle(e);
    const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const box = e.getBoundingClientRect();
    const inView = box.top >= 0 && box.bottom <= innerHeight;
    return { tag: e.tagName, name: e.name ?? '', value: e.value ?? '', ring, inView };
  });

/** Presses Tab until this is focused. Everything on the way shows that it is. */
async function tabTo(page, wanted) {
  for (let presses = 0; presses < 20; ++presses) {
    const at = await focused(page);
    if (at.tag !== 'BODY') {
      assert.ok(at.ring, `focus is not visible on ${at.tag} ${at.name} ${at.value}`);
      assert.ok(at.inView, `focus is out of view on ${at.tag} ${at.name} ${at.value}`);
    }
    if (Object.entries(wanted).every(([key, value]) => at[key] === value)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab never comes to ${JSON.stringify(wanted)}`);
}

/** What every page of ours has to be, for everybody. */
async function assertUsable(page, what) {
  const found = await page.evaluate(() => {
    const visible = (e) => e.getClientRects().length > 0;
    const controls = [...document.querySelectorAll('input:not([type=hidden]), select, textarea')];
    const buttons = [...document.querySelectorAll('button')].filter(visible);
    const numbers = (color) => color.match(/[\d.]+/g).map(Number);
    const light = ([r, g, b]) =>
      [r, g, b]
        .map((c) => c / 255)
        .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (e) => {
      for (; e; e = e.parentElement) {
        const [r, g, b, a = 1] = numbers(getComputedStyle(e).backgroundColor);
        if (a > 0) return [r, g, b];
      }
      return [255, 255, 255];
    };
    const pale = [];
    for (const e of document.querySelectorAll('body *')) {
      const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
      if (!own || !visible(e)) continue;
      const style = getComputedStyle(e);
      const [a, b] = [light(numbers(style.color)), light(behind(e))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      const large = parseFloat(style.fontSize) >= 24;
      if (ratio < (large ? 3 : 4.5)) pale.push(`${e.textContent.trim()}: ${ratio.toFixed(2)}`);
    }
    return {
      language: document.documentElement.lang,
      title: document.title,
      headings: document.querySelectorAll('h1').length,
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      unlabelled: controls.filter((e) => !e.labels?.length).map((e) => e.name),
      unnamed: buttons.filter((e) => !e.textContent.trim()).length,
      small: buttons.filter((e) => e.getBoundingClientRect().height < 24).map((e) => e.textContent),
      scripts: document.scripts.length,
      pale,
    };
  });
  assert.ok(found.language && found.title, what);
  assert.equal(found.headings, 1, what);
  assert.ok(found.overflow <= 0, `${what}: scrolls sideways by ${found.overflow} px`);
  assert.deepEqual(found.unlabelled, [], what);
  assert.equal(found.unnamed, 0, what);
  assert.deepEqual(found.small, [], what);
  assert.equal(found.scripts, 0, what);
  assert.deepEqual(found.pale, [], `${what}: too little contrast`);
}

const atCallback = async (page) => {
  await page.waitForURL(`${redirect_uri}?**`, { timeout: patience });
  return new URL(page.url()).searchParams;
};

describe('by keyboard alone', () => {
  for (const [name, viewport, colorScheme] of [
    ['phone', phone, 'light'],
    ['phone-dark', phone, 'dark'],
    ['desk', desk, 'light'],
    ['desk-dark', desk, 'dark'],
  ])
    test(`[MCP-AZR-19][OA21-AUTHZ-26] login, consent and back to the client: ${name}`, async (t) => {
      const who = await client();
      const { verifier, challenge } = pkce();
      const page = await openPage(t, viewport, { colorScheme, isMobile: viewport === phone });
      await page.goto(urlFor(who, challenge));
      await assertUsable(page, 'login');
      await shot(page, `login-${name}`);

      await page.waitForSelector('input[name=username]:focus');
      await page.keyboard.type('alice');
      await tabTo(page, { name: 'password' });
      await page.keyboard.type('wonderland');
      await page.keyboard.press('Enter');

      await page.waitForSelector('button[name=decision]');
      await assertUsable(page, 'consent');
      await shot(page, `consent-${name}`);
      const text = await page.innerText('main');
      for (const shown of [
        'Notes for Editors',
        `127.0.0.1:${callback.port}`,
        server.resource,
        'notes:write',
        'alice',
      ])
        assert.ok(text.includes(shown), `consent does not show ${shown}`);
      await tabTo(page, { name: 'decision', value: 'allow' });
      await page.keyboard.press('Enter');

      // A policy with form-action 'self' would have stopped the browser here.
      const back = await atCallback(page);
      assert.equal(back.get('state'), 'a state');
      assert.equal(back.get('iss'), server.issuer);
      const answer = await who.redeem({ parameters: back, verifier }, { redirect_uri });
      assertTokenAnswer(answer, 200);
      assert.ok(await isAccepted(server, answer.json().access_token));
    });

  test('[MCP-AZR-11] deny, without scripts', async (t) => {
    const who = await client();
    const page = await openPage(t, phone, { javaScriptEnabled: false });
    await page.goto(urlFor(who, pkce().challenge));
    await page.waitForSelector('input[name=username]:focus'); // the browser's own doing, a moment later
    await page.keyboard.type('alice');
    await page.keyboard.press('Tab');
    await page.waitForSelector('input[name=password]:focus');
    await page.keyboard.type('wonderland');
    await page.keyboard.press('Enter');
    await page.waitForSelector('button[value=deny]');
    await page.focus('button[value=deny]');
    await page.keyboard.press('Enter');
    const back = await atCallback(page);
    assert.equal(back.get('error'), 'access_denied');
    assert.equal(back.get('code'), null);
  });
});

describe('when something is wrong', () => {
  test('[MCP-AZR-08][MCP-ERR-08] an unknown client gets a page that says what to do', async (t) => {
    const who = await client();
    const before = callback.visits.length;
    for (const [name, viewport] of [
      ['phone', phone],
      ['desk', desk],
    ]) {
      const page = await openPage(t, viewport);
      const answer = await page.goto(
        urlFor(who, pkce().challenge, { client_id: 'client_of_another_server' }),
      );
      assert.equal(answer.status(), 400);
      assert.match(await page.innerText('main'), /not known/i);
      await assertUsable(page, 'unknown client');
      await shot(page, `unknown-client-${name}`);
    }
    assert.equal(callback.visits.length, before, 'nobody was redirected');
  });

  test('a wrong password is said aloud, and the next try goes on', async (t) => {
    const who = await client();
    const page = await openPage(t, phone);
    await page.goto(urlFor(who, pkce().challenge));
    await page.fill('#username', 'alice');
    await page.fill('#password', 'wrong');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]');
    await assertUsable(page, 'wrong password');
    await shot(page, 'wrong-password-phone');
    assert.equal(await page.inputValue('#username'), 'alice');
    assert.equal(await page.inputValue('#password'), '');
    await page.fill('#password', 'wonderland');
    await page.keyboard.press('Enter');
    await page.waitForSelector('button[value=allow]');
  });

  test('[MCP-CIMD-26][ATK-AZ-12] endless names and hosts do not break the page', async (t) => {
    const who = await client({
      client_name: 'Supercalifragilisticexpialidocious'.repeat(7),
      redirect_uris: [redirect_uri, `https://${'very-long-label.'.repeat(12)}example/callback`],
    });
    const page = await openPage(t, phone);
    await page.goto(
      urlFor(who, pkce().challenge, { redirect_uri: who.registration.redirect_uris[1] }),
    );
    await page.fill('#username', 'alice');
    await page.fill('#password', 'wonderland');
    await page.keyboard.press('Enter');
    await page.waitForSelector('button[value=allow]');
    await assertUsable(page, 'endless names');
    await shot(page, 'endless-names-phone');
  });
});

describe('who is signed in', () => {
  test('stays so, sees the consent page at once, and can change', async (t) => {
    const who = await client();
    const page = await openPage(t, desk);
    await page.goto(urlFor(who, pkce().challenge));
    await page.fill('#username', 'alice');
    await page.fill('#password', 'wonderland');
    await page.keyboard.press('Enter');
    await page.click('button[value=allow]');
    await atCallback(page);
    await page.goto(urlFor(who, pkce().challenge));
    await page.waitForSelector('button[value=allow]');
    await page.click('text=another account');
    await page.waitForSelector('#password');
    assert.equal(await page.isVisible('button[value=allow]'), false);
    await page.fill('#username', 'alice');
    await page.fill('#password', 'wonderland');
    await page.keyboard.press('Enter');
    await page.click('button[value=allow]');
    assert.ok((await atCallback(page)).get('code'));
  });
});

describe('under attack', () => {
  // The attacker is a user too, and has a consent page of his own: he knows every field of its form.
  async function attackersForm(who) {
    const agent = new UserAgent();
    const page = await agent.logIn(await agent.open(urlFor(who, pkce().challenge)));
    return firstForm(page);
  }
  const selfSubmitting = (action, fields) =>
    `<!doctype html><form method="post" action="${action}">${fields
      .map((each) => `<input type="hidden" name="${each.name}" value="${each.value}">`)
      .join('')}</form>` + '<script>document.forms[0].submit()</script>';

  for (const [what, host] of [
    ['another site', 'localhost'],
    ['another port of this host', '127.0.0.1'],
  ])
    test(`[ATK-AZ-06][MCP-AZR-19] a form posted from ${what} grants nothing`, async (t) => {
      const who = await client();
      const form = await attackersForm(who);
      const fields = [
        ...form.inputs.filter((each) => each.name),
        { name: 'decision', value: 'allow' },
      ];
      const evil = await listen(() => selfSubmitting(form.action, fields));
      t.after(() => evil.stop());
      const page = await openPage(t, desk);
      await page.goto(urlFor(who, pkce().challenge));
      await page.fill('#username', 'alice');
      await page.fill('#password', 'wonderland');
      await page.keyboard.press('Enter');
      await page.waitForSelector('button[value=allow]');
      const granted = () => server.events().filter((each) => each.event === 'approved').length;
      const [visits, grants] = [callback.visits.length, granted()];

      const posted = page.waitForResponse((answer) => answer.url() === form.action, {
        timeout: patience,
      });
      await page.goto(`http://${host}:${evil.port}/`).catch(() => {}); // it is left at once
      assert.equal((await posted).status(), 403);
      await page.waitForLoadState();
      await shot(page, `refused-form-${host}`);
      assert.equal(callback.visits.length, visits);
      assert.equal(granted(), grants);
    });

  test('[MCP-AZR-17][OA21-AUTHZ-25] no page can be framed', async (t) => {
    const who = await client();
    const url = urlFor(who, pkce().challenge);
    const evil = await listen(
      () => `<!doctype html><iframe src="${url.replaceAll('&', '&amp;')}"></iframe>`,
    );
    t.after(() => evil.stop());
    const page = await openPage(t, desk, { quiet: true });
    const answered = page.waitForResponse((answer) => answer.url() === url, { timeout: patience });
    await page.goto(`http://127.0.0.1:${evil.port}/`);
    await answered;
    const frame = page.frames()[1];
    assert.equal((await frame?.$('input[name=password]')) ?? null, null);
  });

  test('[MCP-AZR-20] the session cookie is out of reach of scripts and of other sites', async (t) => {
    const who = await client();
    const page = await openPage(t, desk);
    await page.goto(urlFor(who, pkce().challenge));
    await page.fill('#username', 'alice');
    await page.fill('#password', 'wonderland');
    const early = await page.context().cookies();
    await page.keyboard.press('Enter');
    await page.waitForSelector('button[value=allow]');
    const cookies = await page.context().cookies();
    assert.ok(cookies.length > 0);
    for (const each of cookies) {
      assert.ok(each.httpOnly, each.name);
      assert.ok(['Lax', 'Strict'].includes(each.sameSite), each.name);
      assert.ok(!early.some((old) => old.value === each.value), 'a new session after login'); // [ATK-AZ-10]
    }
    assert.equal(await page.evaluate(() => document.cookie), '');
  });
});
