// DPoP as other implementations speak it: oauth4webapi from registration to the tool call, and proofs made by hand
// with jose for everything that a client would never send.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import * as jose from 'jose';
import * as oauth from 'oauth4webapi';

import { postForm, postJson } from './support/http.mjs';
import { claimsOf, discover, makeClient, redirectUri, sha256 } from './support/oauth.mjs';
import { authorizationRequest, discovered, insecure, register } from './support/oauth4webapi.mjs';
import { startServer } from './support/server.mjs';
import { UserAgent } from './support/user_agent.mjs';

const mcpHeaders = { accept: 'application/json, text/event-stream' };
const whoami = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'whoami', arguments: {} },
};

/** A key and the proofs that it makes. */
async function proofMaker(alg = 'ES256') {
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
  const jwk = await jose.exportJWK(publicKey);
  const make = (htm, htu, claims = {}, header = {}) =>
    new jose.SignJWT({ htm, htu, jti: randomUUID(), iat: Math.floor(Date.now() / 1000), ...claims })
      .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk, ...header })
      .sign(privateKey);
  return { make, privateKey, thumbprint: await jose.calculateJwkThumbprint(jwk) };
}

/** A registered public client that proves to hold a key, with the requests of a careful one and of a careless. */
async function bound(server, key, changes = {}, registration = {}) {
  const client = await makeClient(server, registration);
  const endpoint = client.as.token_endpoint;
  const token = async (form, claims = {}, by = key) =>
    postForm(
      endpoint,
      { ...form, client_id: client.id },
      { dpop: await by.make('POST', endpoint, claims) },
    );
  const authorized = await client.authorize({ scope: 'mcp notes:read', ...changes });
  const redemption = {
    grant_type: 'authorization_code',
    code: authorized.parameters.get('code'),
    redirect_uri: redirectUri,
    code_verifier: authorized.verifier,
  };
  const refresh = (refresh_token, claims, by) =>
    token({ grant_type: 'refresh_token', refresh_token }, claims, by);
  return { client, endpoint, token, redemption, refresh };
}

const call = (server, access_token, dpop, scheme = 'DPoP') =>
  postJson(server.mcp, whoami, {
    ...mcpHeaders,
    authorization: `${scheme} ${access_token}`,
    ...(dpop ? { dpop } : {}),
  });
const proofFor = (server, key, access_token, claims = {}) =>
  key.make('POST', server.mcp, { ath: sha256(access_token), ...claims });

function assertRefused(answer, status, error) {
  assert.deepEqual([answer.status, answer.json().error], [status, error], answer.text);
}

describe('DPoP with oauth4webapi', () => {
  for (const nonces of [false, true])
    for (const alg of ['ES256', 'PS256', 'Ed25519'])
      test(`[DPOP-12][DPOP-23][MCP-DPOP-02][MCP-DPOP-03][MCP-DPOP-05] ${alg}, nonces ${nonces}`, async (t) => {
        const server = await startServer({ dpop: { nonces } });
        t.after(() => server.stop());
        const { resource, metadata, as } = await discovered(server);
        assert.ok(metadata.dpop_signing_alg_values_supported.includes('ES256'));
        const client = await register(as, {
          grant_types: ['authorization_code', 'refresh_token'],
          dpop_bound_access_tokens: true,
        });
        assert.equal(client.dpop_bound_access_tokens, true);
        const keys = await oauth.generateKeyPair(alg, { extractable: true });
        const DPoP = oauth.DPoP(client, keys);
        // A nonce that is asked for is remembered by the handle, and the request sent again.
        const patiently = async (ask) => {
          try {
            return await ask();
          } catch (error) {
            if (!oauth.isDPoPNonceError(error)) throw error;
            assert.ok(nonces, 'a nonce was asked for');
            return ask();
          }
        };

        const { url, verifier, state } = await authorizationRequest(as, client, {
          scope: 'mcp notes:read',
          resource: metadata.resource,
          dpop_jkt: await DPoP.calculateThumbprint(),
        });
        const { callback } = await new UserAgent().authorize(url);
        const parameters = oauth.validateAuthResponse(as, client, callback, state);
        const tokens = await patiently(async () =>
          oauth.processAuthorizationCodeResponse(
            as,
            client,
            await oauth.authorizationCodeGrantRequest(
              as,
              client,
              oauth.None(),
              parameters,
              redirectUri,
              verifier,
              { DPoP, ...insecure },
            ),
          ),
        );
        assert.equal(tokens.token_type, 'dpop');
        const refreshed = await patiently(async () =>
          oauth.processRefreshTokenResponse(
            as,
            client,
            await oauth.refreshTokenGrantRequest(as, client, oauth.None(), tokens.refresh_token, {
              DPoP,
              ...insecure,
            }),
          ),
        );
        assert.equal(refreshed.token_type, 'dpop');
        assert.equal(claimsOf(refreshed.access_token).cnf.jkt, await DPoP.calculateThumbprint());
        for (const { access_token } of [tokens, refreshed]) {
          const answer = await patiently(() =>
            oauth.protectedResourceRequest(
              access_token,
              'POST',
              resource,
              new Headers({ 'content-type': 'application/json', ...mcpHeaders }),
              JSON.stringify(whoami),
              { DPoP, ...insecure },
            ),
          );
          assert.match(await answer.text(), /alice/);
        }
      });
});

describe('proofs made with jose', () => {
  test('[DPOP-12][DPOP-16][JOSE-19] each algorithm is taken, and its thumbprint is in the token', async (t) => {
    const server = await startServer();
    t.after(() => server.stop());
    const { dpop_signing_alg_values_supported: algs } = await discover(server);
    assert.deepEqual(algs, ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256']);
    for (const alg of algs) {
      const key = await proofMaker(alg);
      const { token, redemption } = await bound(server, key);
      const tokens = (await token(redemption)).json();
      assert.equal(tokens.token_type, 'DPoP', alg);
      assert.equal(claimsOf(tokens.access_token).cnf.jkt, key.thumbprint);
      const { access_token } = tokens;
      const answer = await call(server, access_token, await proofFor(server, key, access_token));
      assert.match(answer.text, /alice/);
    }
  });

  test('[DPOP-11][DPOP-27][ATK-DP-02][ATK-DP-03][ATK-DP-05] bad ones leave the code as it is', async (t) => {
    const server = await startServer();
    t.after(() => server.stop());
    const key = await proofMaker();
    const { token, redemption, endpoint, client } = await bound(server, key);
    const now = Math.floor(Date.now() / 1000);
    for (const claims of [
      { htm: 'GET' },
      { htu: server.mcp },
      { htu: `${endpoint}/` },
      { iat: now - 400 },
      { iat: now + 400 },
      { iat: String(now) },
      { jti: 'j'.repeat(300) },
      { jti: '' },
    ])
      assertRefused(await token(redemption, claims), 400, 'invalid_dpop_proof');
    const send = (dpop) => postForm(endpoint, { ...redemption, client_id: client.id }, { dpop });
    const privateJwk = await jose.exportJWK(key.privateKey);
    const strangersJwk = await jose.exportJWK((await jose.generateKeyPair('ES256')).publicKey);
    for (const dpop of [
      'garbage',
      await key.make('POST', endpoint, {}, { typ: 'JWT' }),
      await key.make('POST', endpoint, {}, { jwk: privateJwk }),
      await key.make('POST', endpoint, {}, { jwk: strangersJwk }),
      `${await key.make('POST', endpoint)}, ${await key.make('POST', endpoint)}`,
    ])
      assertRefused(await send(dpop), 400, 'invalid_dpop_proof');
    assert.equal((await token(redemption)).status, 200);
  });

  test('[DPOP-10][ATK-DP-01] a replayed proof is refused at both servers', async (t) => {
    const server = await startServer();
    t.after(() => server.stop());
    const key = await proofMaker();
    const { token, redemption, refresh } = await bound(server, key);
    const jti = randomUUID();
    const { refresh_token, access_token } = (await token(redemption, { jti })).json();
    assertRefused(await refresh(refresh_token, { jti }), 400, 'invalid_dpop_proof');
    const proof = await proofFor(server, key, access_token);
    assert.match((await call(server, access_token, proof)).text, /alice/);
    assertRefused(await call(server, access_token, proof), 401, 'invalid_dpop_proof');
    assert.equal((await refresh(refresh_token)).status, 200);
  });

  test('[DPOP-24][MCP-DPOP-06][ATK-DP-06] a stolen token is worth nothing', async (t) => {
    const server = await startServer();
    t.after(() => server.stop());
    const key = await proofMaker();
    const thief = await proofMaker();
    const { token, redemption, client } = await bound(server, key);
    const { access_token } = (await token(redemption)).json();
    const bearer = await call(server, access_token, undefined, 'Bearer');
    assertRefused(bearer, 401, 'invalid_token');
    assert.match(bearer.headers['www-authenticate'], /^Bearer error="invalid_token".*, DPoP algs="/);
    const with_ = (by, claims) => proofFor(server, by, access_token, claims);
    assertRefused(await call(server, access_token, await with_(thief)), 401, 'invalid_token');
    for (const claims of [
      { ath: sha256('another') },
      { ath: undefined },
      { htm: 'GET' },
      { htu: client.as.token_endpoint },
    ])
      assertRefused(
        await call(server, access_token, await with_(key, claims)),
        401,
        'invalid_dpop_proof',
      );
    const without = await call(server, access_token);
    assertRefused(without, 401, 'invalid_dpop_proof');
    assert.match(without.headers['www-authenticate'], /, DPoP error="invalid_dpop_proof"/);
    assert.match((await call(server, access_token, await with_(key))).text, /alice/);
  });

  test('[DPOP-13][DPOP-17][ATK-DP-08][ATK-DP-09] code and refresh token belong to a key', async (t) => {
    const server = await startServer();
    t.after(() => server.stop());
    const key = await proofMaker();
    const thief = await proofMaker();
    const { token, redemption, refresh, client } = await bound(server, key, {
      dpop_jkt: key.thumbprint,
    });
    assertRefused(await token(redemption, {}, thief), 400, 'invalid_grant');
    assertRefused(await client.token({ ...redemption, client_id: client.id }), 400, 'invalid_grant');
    const { refresh_token } = (await token(redemption)).json();
    assertRefused(await refresh(refresh_token, {}, thief), 400, 'invalid_grant');
    const bare = { grant_type: 'refresh_token', refresh_token, client_id: client.id };
    assertRefused(await client.token(bare), 400, 'invalid_grant');
    const refreshed = await refresh(refresh_token);
    assert.equal(refreshed.json().token_type, 'DPoP', refreshed.text);
  });

  test('[DPOP-19][DPOP-20][DPOP-21][ATK-DP-07] a nonce belongs to one server', async (t) => {
    const server = await startServer({ dpop: { nonces: true } });
    t.after(() => server.stop());
    const key = await proofMaker();
    const { token, redemption } = await bound(server, key);
    const asked = await token(redemption);
    assertRefused(asked, 400, 'use_dpop_nonce');
    const nonce = asked.headers['dpop-nonce'];
    const tokens = await token(redemption, { nonce });
    assert.equal(tokens.status, 200, tokens.text);
    assert.ok(tokens.headers['dpop-nonce']);
    const { access_token } = tokens.json();
    for (const claims of [{}, { nonce }, { nonce: 'x' }]) {
      const refused = await call(
        server,
        access_token,
        await proofFor(server, key, access_token, claims),
      );
      assertRefused(refused, 401, 'use_dpop_nonce');
      assert.notEqual(refused.headers['dpop-nonce'], nonce);
    }
    const own = (await call(server, access_token, await proofFor(server, key, access_token)))
      .headers['dpop-nonce'];
    const proof = await proofFor(server, key, access_token, { nonce: own });
    assert.match((await call(server, access_token, proof)).text, /alice/);
  });

  test('[DPOP-15] where it is required, no client gets a bearer token', async (t) => {
    const server = await startServer({ dpop: { required: true } });
    t.after(() => server.stop());
    const key = await proofMaker();
    const { token, redemption, client } = await bound(server, key);
    assertRefused(
      await client.token({ ...redemption, client_id: client.id }),
      400,
      'invalid_dpop_proof',
    );
    const { access_token } = (await token(redemption)).json();
    assert.match(
      (await call(server, access_token, await proofFor(server, key, access_token))).text,
      /alice/,
    );
    const without = await postJson(server.mcp, whoami, mcpHeaders);
    assert.match(without.headers['www-authenticate'], /^DPoP algs="/);
  });
});
