// A plain OAuth client and MCP caller, for what the unmodified clients would never send.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';

import { get, postForm, postJson } from './http.mjs';
import { UserAgent } from './user_agent.mjs';

export const redirectUri = 'http://127.0.0.1:33418/callback';

export const sleep = (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds));

export const sha256 = (text) => createHash('sha256').update(text).digest('base64url');

export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: sha256(verifier) };
}

export const claimsOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString());

/** What every answer of the token endpoint has to look like, whether it is good or bad news. */
export function assertTokenAnswer(answer, status, error) {
  assert.deepEqual([answer.status, safeJson(answer)?.error], [status, error], answer.text);
  assert.match(answer.headers['content-type'], /^application\/json\b/);
  assert.match(answer.headers['cache-control'] ?? '', /\bno-store\b/);
}

function safeJson(answer) {
  try {
    return answer.json();
  } catch {
    return undefined;
  }
}

/** The authorization server's metadata, found the way a client finds it. */
export async function discover(server) {
  const resource = (await get(`${server.origin}/.well-known/oauth-protected-resource/mcp`)).json();
  const issuer = new URL(resource.authorization_servers[0]);
  const path = issuer.pathname === '/' ? '' : issuer.pathname;
  return (await get(`${server.origin}/.well-known/oauth-authorization-server${path}`)).json();
}

/** A client at one server: registered unless `client_id` says that it is known already. */
export async function makeClient(server, { client_id, client_secret, ...metadata } = {}) {
  const as = await discover(server);
  const client = new Client(server, as);
  if (client_id !== undefined)
    return Object.assign(client, { id: client_id, secret: client_secret });
  const answer = await postJson(as.registration_endpoint, {
    client_name: 'Plain client',
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    ...metadata,
  });
  assert.equal(answer.status, 201, answer.text);
  client.registration = answer.json();
  return Object.assign(client, {
    id: client.registration.client_id,
    secret: client.registration.client_secret,
  });
}

export class Client {
  constructor(server, as) {
    this.server = server;
    this.as = as;
  }

  /** The parameters of an ordinary authorization request; `undefined` takes one away. */
  authorizationUrl(challenge, changes = {}) {
    const wanted = {
      response_type: 'code',
      client_id: this.id,
      redirect_uri: redirectUri,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      state: 'a state',
      scope: 'mcp',
      resource: this.server.resource,
      ...changes,
    };
    const url = new URL(this.as.authorization_endpoint);
    for (const [name, value] of Object.entries(wanted))
      for (const each of Array.isArray(value) ? value : [value])
        if (each !== undefined) url.searchParams.append(name, each);
    return url;
  }

  /** Sends a person through login and consent. Gives the callback's parameters and the verifier. */
  async authorize(changes = {}, { agent = new UserAgent(), decision = 'allow' } = {}) {
    const { verifier, challenge } = pkce();
    const { callback, consent } = await agent.authorize(
      this.authorizationUrl(challenge, changes),
      decision,
    );
    return { callback, parameters: callback.searchParams, verifier, consent };
  }

  /** The fields that say who asks. */
  identity() {
    return { client_id: this.id, ...(this.secret ? { client_secret: this.secret } : {}) };
  }

  token(form, headers) {
    return postForm(this.as.token_endpoint, form, headers);
  }

  redeem({ parameters, verifier }, changes = {}) {
    return this.token(
      without({
        grant_type: 'authorization_code',
        code: parameters.get('code'),
        redirect_uri: redirectUri,
        code_verifier: verifier,
        resource: this.server.resource,
        ...this.identity(),
        ...changes,
      }),
    );
  }

  refresh(refreshToken, changes = {}) {
    return this.token(
      without({
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        ...this.identity(),
        ...changes,
      }),
    );
  }

  revoke(token, changes = {}) {
    return postForm(
      this.as.revocation_endpoint,
      without({ token, ...this.identity(), ...changes }),
    );
  }

  /** The whole way: a grant, and its first tokens. */
  async grant(scope = 'mcp', options = {}) {
    const code = await this.authorize({ scope }, options);
    const answer = await this.redeem(code);
    assertTokenAnswer(answer, 200);
    return { ...answer.json(), code };
  }
}

function without(form) {
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined));
}

let lastId = 0;

/** One call to the MCP endpoint, as a client of the 2025-11-25 revision sends it. */
export function callTool(server, token, name, args = {}, headers = {}) {
  return callMcp(server, token, 'tools/call', { name, arguments: args }, headers);
}

export function callMcp(server, token, method, params = {}, headers = {}) {
  return postJson(
    server.mcp,
    { jsonrpc: '2.0', id: ++lastId, method, params },
    {
      Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': '2025-11-25',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
  );
}

export const toolText = (answer) => answer.json().result.content[0].text;

/** Whether `/mcp` takes this token. Anything but a clear yes or no is a fault. */
export async function isAccepted(server, token) {
  const answer = await callTool(server, token, 'whoami');
  assert.ok([200, 401].includes(answer.status), `${answer.status} ${answer.text}`);
  return answer.status === 200;
}
