// Further clients by other people, unmodified: oauth4webapi, openid-client, and mcp-remote as a process.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';

import { get } from './support/http.mjs';
import { redirectUri } from './support/oauth.mjs';
import { authorizationRequest, discovered, insecure, register } from './support/oauth4webapi.mjs';
import { startServer, temporaryFolder } from './support/server.mjs';
import { UserAgent } from './support/user_agent.mjs';

// Basic credentials are form-encoded by these clients, even where nothing would have to be.
const odd = [
  {
    client_id: 'basic-odd_1',
    method: 'client_secret_basic',
    client_secret: 'a:b+c%d&e=f g/h"\\~\u00fc\u20ac',
  },
  { client_id: 'basic:odd+2 %', method: 'client_secret_basic', client_secret: '%41+%2B' },
  { client_id: 'post-odd', method: 'client_secret_post', client_secret: '+ %20&=;"\'\u20ac' },
];

let server;
before(async () => {
  server = await startServer({
    clients: odd.map(({ method, ...each }) => ({
      ...each,
      token_endpoint_auth_method: method,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      client_name: each.client_id,
    })),
  });
});
after(() => server?.stop());

for (const { client_id, client_secret, method } of odd)
  test(`[OA21-CLI-06][MCP-REG-02] oauth4webapi, ${method} as ${client_id}`, async () => {
    const { resource, metadata, as } = await discovered(server);
    const client = { client_id };
    const authenticate =
      method === 'client_secret_post'
        ? oauth.ClientSecretPost(client_secret)
        : oauth.ClientSecretBasic(client_secret);

    const { url, verifier, state } = await authorizationRequest(as, client, {
      scope: 'mcp notes:read',
      resource: metadata.resource,
    });
    const { callback, consent } = await new UserAgent().authorize(url);
    assert.match(consent.text, /operator of this server/i); // configured, not self-registered
    const parameters = oauth.validateAuthResponse(as, client, callback, state);

    const redeemed = await oauth.processAuthorizationCodeResponse(
      as,
      client,
      await oauth.authorizationCodeGrantRequest(
        as,
        client,
        authenticate,
        parameters,
        redirectUri,
        verifier,
        { additionalParameters: { resource: metadata.resource }, ...insecure },
      ),
    );
    assert.equal(redeemed.scope, 'mcp notes:read');
    const call = (token) =>
      oauth.protectedResourceRequest(
        token,
        'POST',
        resource,
        new Headers({
          'Content-Type': 'application/json',
          Accept: 'application/json, text/event-stream',
        }),
        JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'whoami', arguments: {} },
        }),
        insecure,
      );
    assert.match(await (await call(redeemed.access_token)).text(), /alice/);

    const refresh = async (token, by = authenticate) =>
      oauth.processRefreshTokenResponse(
        as,
        client,
        await oauth.refreshTokenGrantRequest(as, client, by, token, insecure),
      );
    const refreshed = await refresh(redeemed.refresh_token);
    assert.notEqual(refreshed.refresh_token, redeemed.refresh_token);

    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, client, authenticate, refreshed.refresh_token, insecure),
    );
    await assert.rejects(call(refreshed.access_token), (error) => {
      assert.ok(error instanceof oauth.WWWAuthenticateChallengeError, String(error));
      const [challenge] = error.cause;
      assert.equal(challenge.scheme, 'bearer');
      assert.equal(challenge.parameters.error, 'invalid_token');
      return true;
    });
    await assert.rejects(
      refresh(refreshed.refresh_token),
      (error) => error.error === 'invalid_grant',
    );
    await assert.rejects(
      refresh(refreshed.refresh_token, oauth.ClientSecretBasic(`${client_secret}x`)),
      (error) => error.status === 401 || error.error === 'invalid_client',
    );
  });

test('[MCP-AZR-11] oauth4webapi reads a refusal as what it is', async () => {
  const { as } = await discovered(server);
  const client = await register(as);
  const { url, state } = await authorizationRequest(as, client);
  const { callback } = await new UserAgent().authorize(url, 'deny');
  assert.throws(
    () => oauth.validateAuthResponse(as, client, callback, state),
    (error) => error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied',
  );
});

test('[DCR-04][MCP-ASM-15] openid-client: both kinds of discovery, registration, code and refresh', async () => {
  const options = (algorithm) => ({ algorithm, execute: [oidc.allowInsecureRequests] });
  for (const [algorithm, token_endpoint_auth_method, authenticate] of [
    ['oauth2', 'client_secret_post', oidc.ClientSecretPost()],
    ['oidc', undefined, oidc.ClientSecretBasic()],
  ]) {
    const config = await oidc.dynamicClientRegistration(
      new URL(server.issuer),
      {
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        client_name: 'openid-client',
        token_endpoint_auth_method,
      },
      authenticate,
      options(algorithm),
    );
    assert.match(config.clientMetadata().client_secret, /^[A-Za-z0-9_-]+$/);
    const verifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'mcp notes:write',
      state,
      resource: server.resource,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const { callback } = await new UserAgent().authorize(url);
    const tokens = await oidc.authorizationCodeGrant(config, callback, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
    assert.equal(tokens.scope, 'mcp notes:write');
    // It asks for less on refresh; the grant keeps its scope.
    const narrow = await oidc.refreshTokenGrant(config, tokens.refresh_token, { scope: 'mcp' });
    assert.equal(narrow.scope, 'mcp');
    const full = await oidc.refreshTokenGrant(config, narrow.refresh_token);
    assert.equal(full.scope, 'mcp notes:write');
    const answer = await oidc.fetchProtectedResource(
      config,
      full.access_token,
      new URL(server.mcp),
      'POST',
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'list_notes', arguments: {} },
      }),
      new Headers({
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
      }),
    );
    assert.equal(answer.status, 200);
    await oidc.tokenRevocation(config, full.refresh_token);
    await assert.rejects(
      oidc.refreshTokenGrant(config, full.refresh_token),
      (error) => error.error === 'invalid_grant',
    );
  }
});

test('[MCP-PRM-07] mcp-remote: a local client without OAuth, connected through it', async (t) => {
  const proxy = fileURLToPath(import.meta.resolve('mcp-remote/dist/proxy.js'));
  const folder = temporaryFolder();
  const child = spawn(process.execPath, [proxy, server.mcp], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HOME: folder,
      MCP_REMOTE_CONFIG_DIR: folder,
      BROWSER: 'true',
      DISPLAY: '',
    },
  });
  let log = '';
  child.stderr.on('data', (octets) => (log += octets));
  t.after(async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  const messages = createInterface({ input: child.stdout });
  const waiting = new Map();
  messages.on('line', (line) => {
    const message = JSON.parse(line);
    waiting.get(message.id)?.(message);
  });
  const ask = (id, method, params) =>
    new Promise((answered) => {
      waiting.set(id, answered);
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  const within = (promise, what) =>
    Promise.race([
      promise,
      new Promise((_, late) =>
        setTimeout(() => late(new Error(`${what}:\n${log}`)), 60_000).unref(),
      ),
    ]);

  const initialized = ask(1, 'initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'local', version: '1' },
  });
  const url = await within(
    new Promise((found) => {
      const timer = setInterval(() => {
        const match = new RegExp(`${server.origin}/authorize\\?\\S+`).exec(log);
        if (!match) return;
        clearInterval(timer);
        found(match[0]);
      }, 100);
      t.after(() => clearInterval(timer));
    }),
    'mcp-remote sent the user nowhere',
  );
  const { callback } = await new UserAgent().authorize(url);
  const delivered = await get(callback.href);
  assert.equal(delivered.status, 200, delivered.text);

  const { result } = await within(initialized, 'mcp-remote did not connect');
  assert.equal(result.serverInfo.name, 'mcp-oauth-notes');
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  const called = await within(
    ask(2, 'tools/call', { name: 'whoami', arguments: {} }),
    'no answer to a tool call',
  );
  assert.match(called.result.content[0].text, /alice/);
});
