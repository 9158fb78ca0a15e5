// What both generations of the MCP TypeScript SDK need from an application: a place to keep things, a
// way to send the user to a page, and a `fetch`, which here also takes notes.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { claimsOf, sleep } from './oauth.mjs';
import { UserAgent } from './user_agent.mjs';

/** A `fetch` that keeps a list of what went over it. */
export function recordingFetch() {
  const requests = [];
  const recorded = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const text = init.body === undefined || init.body === null ? '' : String(init.body);
    const sentAt = Date.now();
    const response = await fetch(input, init);
    const note = {
      sentAt,
      answeredAt: Date.now(),
      method: init.method ?? 'GET',
      url,
      path: url.pathname,
      headers: new Headers(init.headers),
      text,
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      answer: await response.clone().text(),
    };
    if (text.startsWith('{')) note.json = JSON.parse(text);
    else note.form = new URLSearchParams(text);
    requests.push(note);
    return response;
  };
  return Object.assign(recorded, {
    requests,
    /** `POST /mcp 401` for each request since the last call, but not the stream that is tried beside. */
    steps() {
      const seen = requests.slice(recorded.told).map((r) => `${r.method} ${r.path} ${r.status}`);
      recorded.told = requests.length;
      return seen.filter((each) => each !== 'GET /mcp 405');
    },
    told: 0,
    /** The requests to the token endpoint with this grant type. */
    tokenRequests: (type) => requests.filter((r) => r.form?.get('grant_type') === type),
    last: (path) => requests.findLast((r) => r.path === path),
  });
}

/** An `OAuthClientProvider` of either SDK, with its state in plain sight. */
export class Provider {
  redirectUrl = 'http://127.0.0.1:33418/callback';
  saved = {};

  constructor(metadata = {}) {
    this.clientMetadata = {
      client_name: 'End-to-end client',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...metadata,
    };
  }

  state() {
    return (this.saved.state = randomUUID());
  }
  clientInformation() {
    return this.saved.client;
  }
  saveClientInformation(client) {
    this.saved.client = client;
  }
  tokens() {
    return this.saved.tokens;
  }
  saveTokens(tokens) {
    this.saved.tokens = tokens;
  }
  redirectToAuthorization(url) {
    this.saved.url = url;
  }
  saveCodeVerifier(verifier) {
    this.saved.verifier = verifier;
  }
  codeVerifier() {
    return this.saved.verifier;
  }
  invalidateCredentials(what) {
    if (what === 'all' || what === 'client') delete this.saved.client;
    if (what === 'all' || what === 'tokens') delete this.saved.tokens;
    if (what === 'all' || what === 'verifier') delete this.saved.verifier;
  }
  discoveryState() {
    return this.saved.discovery;
  }
  saveDiscoveryState(state) {
    this.saved.discovery = state;
  }

  /** Lets the person decide, and checks that the answer is the one to this request. */
  async visit(agent, decision = 'allow') {
    assert.ok(this.saved.url, 'the SDK did not send the user anywhere');
    const { callback, consent } = await agent.authorize(this.saved.url, decision);
    delete this.saved.url;
    assert.equal(callback.origin + callback.pathname, this.redirectUrl);
    assert.equal(callback.searchParams.get('state'), this.saved.state);
    return { parameters: callback.searchParams, consent };
  }
}

/**
 * One application, built on either SDK as their guides show: connect, send the user to a page, hand the
 * callback to `finishAuth`, connect again.
 */
export class Application {
  agent = new UserAgent();
  fetch = recordingFetch();

  /** `sdk` has the SDK's `Client`, `StreamableHTTPClientTransport` and `UnauthorizedError`. */
  constructor(
    sdk,
    server,
    { provider = new Provider(), clientOptions = {}, transportOptions = {} } = {},
  ) {
    Object.assign(this, { sdk, server, provider, clientOptions, transportOptions });
  }

  newTransport() {
    return new this.sdk.StreamableHTTPClientTransport(new URL(this.server.mcp), {
      authProvider: this.provider,
      fetch: this.fetch,
      ...this.transportOptions,
    });
  }

  async connect() {
    this.client = new this.sdk.Client({ name: 'end-to-end', version: '1.0.0' }, this.clientOptions);
    this.transport = this.newTransport();
    await this.client.connect(this.transport);
  }

  /** A call that must end with the user being sent to a page. */
  async expectLogin(call) {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof this.sdk.UnauthorizedError, error.stack);
      return true;
    });
  }

  /** The whole way to a connection, for tests that are about what comes after. */
  async logIn() {
    await this.expectLogin(this.connect());
    await this.sdk.finish(this.transport, (await this.provider.visit(this.agent)).parameters);
    await this.connect();
    return this;
  }

  async call(name, args = {}) {
    const result = await this.client.callTool({ name, arguments: args });
    assert.notEqual(result.isError, true, JSON.stringify(result));
    return result.content[0].text;
  }

  close() {
    return this.client?.close();
  }
}

/** Until the access token is of no use any more. */
export async function waitForExpiry(accessToken) {
  const left = claimsOf(accessToken).exp * 1000 - Date.now();
  assert.ok(left < 20_000, 'the test configures short lifetimes');
  await sleep(Math.max(0, left) + 50);
}

/**
 * The client refreshed exactly when it had to: a token was refused only once it had expired, taken only
 * before, and each refresh follows a refusal. However slow the machine is.
 */
export function assertRefreshedOnlyAfterExpiry(requests, path = '/mcp') {
  let refused = 0;
  for (const each of requests) {
    const token = each.headers.get('authorization')?.replace('Bearer ', '');
    if (each.path === path && token) {
      const end = claimsOf(token).exp * 1000;
      if (each.status === 401) {
        assert.ok(each.answeredAt >= end, 'refused before its expiry');
        ++refused;
      } else assert.ok(each.sentAt < end, `taken after its expiry: ${each.status}`);
    }
    if (each.form?.get('grant_type') === 'refresh_token')
      assert.ok(--refused >= 0, 'refreshed without a refusal');
  }
  assert.equal(refused, 0, 'refused, and not refreshed');
}

/**
 * Many processes that share what one of them had stored, all with an expired access token: they connect
 * and refresh at the same time, and then once more. Nobody is logged out, and there is never more than
 * one line of refresh tokens: each that was handed out belongs to one rotation.
 */
export async function refreshAtOnce(make, start, server) {
  const { client_id } = start.client;
  const before = server.events().length;
  const clients = Array.from({ length: 10 }, (_, i) => {
    const each = make(i);
    each.provider.saved = { ...start };
    return each;
  });
  const expired = () =>
    Promise.all(clients.map((each) => waitForExpiry(each.provider.saved.tokens.access_token)));
  try {
    await expired();
    await Promise.all(clients.map((each) => each.connect()));
    await expired();
    for (const each of await Promise.all(clients.map((each) => each.call('whoami'))))
      assert.match(each, /alice/);

    const handedOut = new Set();
    for (const { fetch } of clients)
      for (const each of fetch.tokenRequests('refresh_token')) {
        assert.equal(each.status, 200, each.answer);
        handedOut.add(JSON.parse(each.answer).refresh_token);
      }
    const events = server
      .events()
      .slice(before)
      .filter((each) => each.client_id === client_id);
    const rotations = events.filter((each) => each.event === 'refreshed').length;
    assert.equal(handedOut.size, rotations, 'one refresh token for each rotation');
    assert.ok(rotations >= 2 && rotations < 20, `${rotations} rotations by ten clients, twice`);
    assert.ok(
      events.some((each) => each.event === 'refresh_retry'),
      'and the others were retries',
    );
    assert.deepEqual(
      events.filter((each) => each.event === 'refresh_replay'),
      [],
    );
    for (const each of clients) assertRefreshedOnlyAfterExpiry(each.fetch.requests);
  } finally {
    await Promise.all(clients.map((each) => each.close()));
  }
}
