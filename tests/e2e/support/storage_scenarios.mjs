// What every durable storage has to survive: restarts, `kill -9` in the middle of everything, two
// processes at once, a database that goes away and comes back. One file each runs it:
// ../storage_<name>.test.mjs.
//
//     MCP_OAUTH_KILLS=200 sh tests/run.sh -R e2e.storage     the long form
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { isBuiltIn, openDatabase } from './databases.mjs';
import { get, postForm } from './http.mjs';
import { assertTokenAnswer, callTool, isAccepted, makeClient, sleep, toolText } from './oauth.mjs';
import { startServer } from './server.mjs';
import { UserAgent } from './user_agent.mjs';

const kills = Number(process.env.MCP_OAUTH_KILLS ?? 20);
// However slow the machine is, nothing falls out of it while a test runs. A grant rotates eight times in one.
const window = { refresh_token: { retry_window_seconds: 600 } };
const rotations = 8;

/** A deployment whose server can be killed and comes back at the same address. */
class Deployment {
  static async start(database, config = {}) {
    const made = new Deployment();
    made.database = database;
    made.config = { ...config };
    if (database.secrets) made.config.secrets_file = database.secrets;
    made.server = await startServer(made.config, { flags: database.flags });
    made.port = Number(new URL(made.server.origin).port);
    made.config.issuer = made.server.origin;
    return made;
  }
  async again(how) {
    await this.server[how]();
    this.server = await startServer(this.config, { port: this.port, flags: this.database.flags });
  }
  /** One more process of the same deployment; the issuer stays the first one's. */
  another() {
    return startServer(this.config, { flags: this.database.flags });
  }
  stop() {
    return this.server.stop();
  }
}

/** What may not be found in any store. */
class Secrets {
  known = new Set(['wonderland']);
  keep(...values) {
    for (const each of values) if (each) this.known.add(each);
  }
  assertAbsentFrom(dump) {
    for (const form of formsOf([...this.known].at(-1)))
      assert.ok(firstOf(this.known, `a store with ${form} in it`), `${form} would not be found`);
    assert.equal(firstOf(this.known, dump), undefined, 'the store holds it');
  }
}

const encodings = ['hex', 'base64', 'base64url', 'latin1'];

/**
 * Every form from which it could be presented again: as it is; a handle without its prefix, its octets,
 * and its last 32, the MAC; a JWT's signature. Each in every encoding that a store or its dump may use.
 */
function formsOf(secret) {
  const text = Buffer.from(secret);
  const forms = encodings.map((each) => text.toString(each));
  const [, rest] = /^(?:mcpo_[a-z]{2}_|ey[^.]*\.[^.]*\.)(.+)$/.exec(secret) ?? [];
  if (!rest) return forms;
  const octets = Buffer.from(rest, 'base64url');
  for (const each of [octets, octets.subarray(-32)])
    forms.push(...encodings.map((encoding) => each.toString(encoding)));
  return [rest, ...forms];
}

/**
 * The first of them that stands in `text`. There are tens of thousands, so their beginnings are looked up
 * as one goes through the text, once.
 */
function firstOf(secrets, text) {
  const length = 10; // no form is shorter
  const starting = new Map();
  for (const form of [...secrets].flatMap(formsOf)) {
    const head = form.slice(0, length);
    if (!starting.has(head)) starting.set(head, []);
    starting.get(head).push(form);
  }
  for (let at = 0; at + length <= text.length; ++at) {
    const found = starting.get(text.substr(at, length))?.find((form) => text.startsWith(form, at));
    if (found) return found;
  }
  return undefined;
}

/** The answer, or nothing where the connection broke: then nobody knows what became of it. */
async function tried(request) {
  try {
    return await request();
  } catch {
    return undefined;
  }
}

/** Sends it until there is an answer that says something. */
async function until(request, life) {
  for (;;) {
    const answer = await tried(request);
    if (answer && answer.status !== 503) return answer;
    life.unknown += answer ? 0 : 1;
    await sleep(5);
  }
}

/**
 * One user agent and its client, over and over: log in, redeem the code, refresh, and keep account of
 * what was acknowledged.
 */
async function live(client, life, { strict, secrets }) {
  while (!life.over) {
    const code = await tried(() => client.authorize());
    if (!code?.parameters.get('code')) {
      await sleep(5);
      continue;
    }
    secrets.keep(code.parameters.get('code'));
    const first = await tried(() => client.redeem(code));
    life.redeemed += 1;
    let tokens;
    if (first && first.status !== 503) {
      assertTokenAnswer(first, 200);
      tokens = first.json();
    } else {
      // Cut off. Either nothing was written, and the code is good for one try; or it was redeemed, and
      // this is a second time, which ends the grant (RT-18).
      const second = await until(() => client.redeem(code), life);
      if (second.status !== 200) {
        assertTokenAnswer(second, 400, 'invalid_grant');
        life.logged_in_again += 1;
        continue;
      }
      tokens = second.json();
    }
    await useGrant(client, tokens, life, { strict, secrets });
    // Whatever was killed since, it was redeemed, and stays so.
    assertTokenAnswer(await until(() => client.redeem(code), life), 400, 'invalid_grant');
  }
}

/**
 * Presents what was acknowledged last. Under strict rules it may be refused only where an earlier try of
 * it was cut off: that one was written, nobody heard of it, and the grant is the price.
 */
async function presentStrictly(client, token, life) {
  const first = await tried(() => client.refresh(token));
  if (first && first.status !== 503) {
    assertTokenAnswer(first, 200);
    return [first.json()];
  }
  const later = await until(() => client.refresh(token), life);
  if (later.status === 200) return [later.json()];
  assertTokenAnswer(later, 400, 'invalid_grant');
  life.logged_in_again += 1;
  return [];
}

/** The same with a retry window: sent twice at once, as a client with two processes does, and never refused. */
async function presentTwice(client, token, life) {
  const sent = await Promise.all([1, 2].map(() => tried(() => client.refresh(token))));
  const answered = sent.filter((each) => each && each.status !== 503);
  if (answered.length < 2) answered.push(await until(() => client.refresh(token), life));
  for (const each of answered) assertTokenAnswer(each, 200);
  return answered.map((each) => each.json());
}

async function useGrant(client, tokens, life, { strict, secrets }) {
  let current = tokens.refresh_token;
  secrets.keep(current, tokens.access_token);
  // Once more than it may rotate within the window: the last acknowledged one has to be good.
  for (let i = 0; i <= rotations && !life.over; ++i) {
    const given = await (strict ? presentStrictly : presentTwice)(client, current, life);
    if (given.length === 0) return;
    const successors = new Set(given.map((each) => each.refresh_token));
    assert.equal(successors.size, 1, 'one token has two live successors');
    const [next] = successors;
    assert.equal(next !== current, strict || i < rotations, 'it was rotated, or not, out of turn');
    current = next;
    secrets.keep(current, ...given.map((each) => each.access_token));
    life.rotated += 1;
  }
}

const newLife = () => ({ over: false, redeemed: 0, rotated: 0, unknown: 0, logged_in_again: 0 });

/** Lets clients live while `trouble` goes on. Whatever one of them finds wrong ends all. */
async function amid(deployment, trouble, { strict, secrets, clients = 6 }) {
  const life = newLife();
  const made = [];
  for (let i = 0; i < clients; ++i) {
    const metadata = i % 3 === 2 ? { token_endpoint_auth_method: 'client_secret_post' } : {};
    const client = await makeClient(deployment.server, metadata);
    secrets.keep(client.secret);
    made.push(client);
  }
  const living = Promise.all(
    made.map((client) =>
      live(client, life, { strict, secrets }).catch((error) => {
        life.over = true;
        throw error;
      }),
    ),
  );
  living.catch(() => {}); // until it is awaited below
  await trouble(life);
  life.over = true;
  await living;
  return life;
}

async function killAtRandom(deployment, life, times) {
  for (let i = 0; i < times && !life.over; ++i) {
    await sleep(5 + Math.random() * 120);
    await deployment.again('kill');
  }
}

export async function describeStorage(storage) {
  const skip = (await isBuiltIn(storage)) ? false : `${storage} is not built in`;
  describe(`on ${storage}`, { skip }, () => {
    const secrets = new Secrets();
    let database;
    before(async () => {
      database = await openDatabase(storage);
    });
    after(() => database?.close());

    test('a restart loses nothing: clients, grants, keys, pages under way', async () => {
      const deployment = await Deployment.start(database);
      const client = await makeClient(deployment.server, {
        token_endpoint_auth_method: 'client_secret_post',
      });
      const granted = await client.grant('mcp notes:read');
      const waiting = await client.authorize();
      const agent = new UserAgent();
      const keys = (await get(client.as.jwks_uri)).text;
      await deployment.again('stop');

      assert.equal((await get(client.as.jwks_uri)).text, keys);
      assert.ok(await isAccepted(deployment.server, granted.access_token));
      assertTokenAnswer(await client.redeem(waiting), 200);
      const next = await client.refresh(granted.refresh_token);
      assertTokenAnswer(next, 200);
      assert.match(
        toolText(await callTool(deployment.server, next.json().access_token, 'whoami')),
        /alice/,
      );
      await client.authorize({}, { agent }); // signs in
      await deployment.again('stop');
      const silent = await client.authorize({ prompt: 'none' }, { agent });
      // Not login_required: the session of the browser goes on, only consent is asked for each time.
      assert.equal(silent.parameters.get('error'), 'consent_required');
      assert.equal((await client.revoke(next.json().refresh_token)).status, 200);
      await deployment.again('stop');
      assert.equal(await isAccepted(deployment.server, next.json().access_token), false);
      assertTokenAnswer(await client.refresh(next.json().refresh_token), 400, 'invalid_grant');
      secrets.keep(granted.refresh_token, granted.access_token, client.secret);
      await deployment.stop();
    });

    test(`[RT-18] killed ${kills} times, with a retry window: every client goes on`, async (t) => {
      const deployment = await Deployment.start(database, window);
      const life = await amid(
        deployment,
        (lives) => killAtRandom(deployment, lives, kills),
        { strict: false, secrets },
      );
      t.diagnostic(JSON.stringify(life));
      assert.ok(life.rotated > 0 && life.redeemed > 0, 'nothing happened');
      await deployment.stop();
    });

    test(`killed ${kills} times, strict: at worst a grant is lost, never doubled`, async (t) => {
      const deployment = await Deployment.start(database, {
        refresh_token: { retry_window_seconds: 0 },
      });
      const life = await amid(
        deployment,
        (lives) => killAtRandom(deployment, lives, kills),
        { strict: true, secrets },
      );
      t.diagnostic(JSON.stringify(life));
      await deployment.stop();
    });

    test('two processes are one server: fifty refreshes of one token converge', async () => {
      const deployment = await Deployment.start(database, window);
      const second = await deployment.another();
      const client = await makeClient(deployment.server);
      const endpoints = [
        client.as.token_endpoint,
        client.as.token_endpoint.replace(deployment.server.origin, second.origin),
      ];
      let { refresh_token: token } = await client.grant();
      for (let round = 0; round < 3; ++round) {
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, i) =>
            postForm(endpoints[i % 2], {
              grant_type: 'refresh_token',
              refresh_token: token,
              client_id: client.id,
            }),
          ),
        );
        for (const each of answers) assertTokenAnswer(each, 200);
        const successors = new Set(answers.map((each) => each.json().refresh_token));
        assert.equal(successors.size, 1);
        assert.ok(!successors.has(token));
        secrets.keep(token);
        [token] = successors;
        for (const each of answers.slice(0, 4))
          assert.ok(await isAccepted({ mcp: `${second.origin}/mcp` }, each.json().access_token));
      }
      // What one revokes, the other does not take.
      assert.equal((await client.revoke(token)).status, 200);
      const refused = await postForm(endpoints[1], {
        grant_type: 'refresh_token',
        refresh_token: token,
        client_id: client.id,
      });
      assertTokenAnswer(refused, 400, 'invalid_grant');
      await second.stop();
      await deployment.stop();
    });

    test('a database that is restarted in mid-load costs no more than a redemption cut off', async (t) => {
      if (!database.restart) return t.skip('the database is no server');
      const deployment = await Deployment.start(database, window);
      const life = await amid(
        deployment,
        async () => {
          for (let i = 0; i < 3; ++i) {
            await sleep(300);
            await database.restart();
          }
          await sleep(300);
        },
        { strict: false, secrets },
      );
      t.diagnostic(JSON.stringify(life));
      assert.ok(life.rotated > 0);
      assert.equal(life.unknown, 0, 'the server itself was there all the time');
      await deployment.stop();
    });

    test('what the store holds is of no use to who steals it', async () => {
      assert.ok(secrets.known.size > 20, 'too little has happened');
      secrets.assertAbsentFrom(await database.dump());
    });
  });
}
