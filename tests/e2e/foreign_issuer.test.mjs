// npm's oidc-provider as somebody else's authorization server, and a resource server that trusts it: that finds its
// keys through discovery, or asks it about tokens that only it can read.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import * as jose from 'jose';

import { caFile, gate, startProvider } from './support/identity_provider.mjs';
import { startProgram } from './support/server.mjs';

async function startResourceServer(issuer, environment = {}) {
  const program = await startProgram(
    process.env.MCP_OAUTH_RESOURCE_SERVER,
    [issuer, caFile],
    environment,
  );
  const resource = `${program.origin}/mcp`;
  const call = (token, { scheme = 'Bearer', dpop } = {}) =>
    fetch(resource, {
      method: 'POST',
      headers: {
        ...(token ? { authorization: `${scheme} ${token}` } : {}),
        ...(dpop ? { dpop } : {}),
      },
      body: '{}',
    });
  return { ...program, resource, call };
}

/** One that asks about every token, and the provider that it asks. */
async function startAsking(t, { secret = gate.secret, ...provided } = {}) {
  const provider = await startProvider({ format: 'opaque', ...provided });
  t.after(() => provider.stop());
  const server = await startResourceServer(provider.issuer, {
    CLIENT_ID: gate.id,
    CLIENT_SECRET: secret,
  });
  t.after(() => server.stop());
  const questions = () =>
    provider.requests.filter((each) => each.endsWith('/token/introspection')).length;
  return { provider, server, questions };
}

for (const path of ['', '/tenant'])
  describe(`oidc-provider, issuer with the path "${path}"`, () => {
    test('[MCP-TOK-04][MCP-TOK-06][AT-02][AT-11] its tokens are good here', async (t) => {
      const provider = await startProvider({ path });
      t.after(() => provider.stop());
      const server = await startResourceServer(provider.issuer);
      t.after(() => server.stop());

      const refused = await server.call();
      assert.equal(refused.status, 401);
      const [, url] = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate'));
      const metadata = await (await fetch(url)).json();
      assert.deepEqual(metadata.authorization_servers, [provider.issuer]);
      assert.equal(metadata.resource, server.resource);
      assert.deepEqual(provider.requests, [], 'nothing is fetched before a token comes');

      for (const alg of ['RS256', 'ES256', 'RS256']) {
        const token = await provider.tokenFor(metadata.resource, { alg });
        assert.equal(jose.decodeProtectedHeader(token).typ, 'at+jwt');
        assert.equal(jose.decodeProtectedHeader(token).alg, alg);
        for (let i = 0; i < 3; ++i) {
          const answer = await server.call(token);
          assert.equal(await answer.text(), `${provider.issuer} robot\n`);
        }
      }
      const fetches = provider.requests.filter((each) => each.endsWith('/jwks'));
      assert.equal(fetches.length, 1, 'the keys are fetched once');
    });
  });

describe('oidc-provider, and what is not to be believed', () => {
  test('[AT-12][JBCP-04][ATK-JW-12][ATK-JW-04] another audience, issuer or key', async (t) => {
    const provider = await startProvider();
    t.after(() => provider.stop());
    const other = await startProvider();
    t.after(() => other.stop());
    const server = await startResourceServer(provider.issuer);
    t.after(() => server.stop());
    const good = await provider.tokenFor(server.resource);
    assert.equal((await server.call(good)).status, 200);

    const forged = (key, header = {}, claims = {}) =>
      jose.importJWK(key, key.alg).then((imported) =>
        new jose.SignJWT({ ...jose.decodeJwt(good), ...claims })
          .setProtectedHeader({ typ: 'at+jwt', alg: key.alg, kid: key.kid, ...header })
          .sign(imported),
      );
    assert.equal((await server.call(await forged(provider.keys[1]))).status, 200);
    const bad = {
      'another resource': await provider.tokenFor(`${server.resource}/other`),
      'an issuer that is not trusted': await other.tokenFor(server.resource),
      'a key of that issuer': await forged(other.keys[1]),
      'a type of another kind': await forged(provider.keys[1], { typ: 'JWT' }),
      'an expired one': await forged(provider.keys[1], {}, { exp: 1 }),
      'a key that nobody has': await forged(other.keys[1], { kid: 'nobody' }),
      'a changed one': good.slice(0, -8) + 'AAAAAAAA',
    };
    const asked = provider.requests.length;
    for (const [what, token] of Object.entries(bad)) {
      const answer = await server.call(token);
      assert.equal(answer.status, 401, what);
      assert.match(answer.headers.get('www-authenticate'), /invalid_token/, what);
    }
    assert.equal(provider.requests.length, asked, 'no refetch so soon after the last');
    assert.deepEqual(other.requests, ['/token'], 'an issuer that is not trusted is not asked');
  });

  test('[MCP-ERR-07] with the issuer away: known keys go on, unknown ones are 503', async (t) => {
    const provider = await startProvider();
    t.after(() => provider.stop());
    const server = await startResourceServer(provider.issuer);
    t.after(() => server.stop());
    const late = await startResourceServer(provider.issuer);
    t.after(() => late.stop());
    const token = await provider.tokenFor(server.resource);
    const tokenForLate = await provider.tokenFor(late.resource);
    assert.equal((await server.call(token)).status, 200);
    await provider.stop();
    assert.equal((await server.call(token)).status, 200);
    const answer = await late.call(tokenForLate);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '1');
    assert.equal(answer.headers.get('www-authenticate'), null);
  });
});

for (const path of ['', '/tenant'])
  describe(`oidc-provider with opaque tokens, issuer with the path "${path}"`, () => {
    test('[MCP-TOK-04][MCP-TOK-06][INT-11] it is asked about its tokens', async (t) => {
      const { provider, server, questions } = await startAsking(t, { path });
      assert.equal((await server.call()).status, 401);
      assert.deepEqual(provider.requests, [], 'nothing is fetched before a token comes');

      const token = await provider.tokenFor(server.resource);
      assert.doesNotMatch(token, /\./, 'the token is opaque');
      for (let i = 0; i < 3; ++i) {
        const answer = await server.call(token);
        assert.equal(await answer.text(), `${provider.issuer} robot\n`);
      }
      assert.equal(questions(), 1, 'the answer is used again');
      const next = await provider.tokenFor(server.resource);
      assert.equal((await server.call(next)).status, 200);
      assert.equal(questions(), 2);
      const discovered = provider.requests.filter((each) => each.includes('/.well-known/'));
      assert.ok(discovered.length <= 3, 'it is looked up once where to ask');
      for (const each of provider.requests) assert.ok(!each.includes(token), 'no token in a URL');
      for (const text of [token, next, gate.secret])
        assert.ok(!server.said.err.includes(text), 'nor in the log');
    });
  });

describe('oidc-provider with opaque tokens, and what is not to be believed', () => {
  test('[INT-10][INT-11][AT-12] another audience, scope, issuer or token', async (t) => {
    const { provider, server, questions } = await startAsking(t);
    const other = await startProvider();
    t.after(() => other.stop());
    const bad = {
      'another resource': await provider.tokenFor(`${server.resource}/other`),
      'a token that nobody issued': 'dG9rZW4',
      'one that was revoked': await provider.tokenFor(server.resource),
    };
    await provider.revoke(bad['one that was revoked']);
    for (const [what, token] of Object.entries(bad)) {
      const answer = await server.call(token);
      assert.equal(answer.status, 401, what);
      assert.match(answer.headers.get('www-authenticate'), /invalid_token/, what);
    }
    assert.equal(questions(), 3);
    const jwt = await other.tokenFor(server.resource);
    assert.equal((await server.call(jwt)).status, 401);
    assert.equal(questions(), 3, "another issuer's token is not shown to this one");
    const scopeless = await provider.tokenFor(server.resource, { scope: '' });
    assert.equal((await server.call(scopeless)).status, 403);
  });

  test('[INT-09] a revocation is seen when the remembered answer is over', async (t) => {
    const { provider, server } = await startAsking(t);
    const token = await provider.tokenFor(server.resource);
    assert.equal((await server.call(token)).status, 200);
    const began = Date.now();
    await provider.revoke(token);
    while ((await server.call(token)).status === 200) {
      assert.ok(Date.now() - began < 15_000, 'it goes on for 10 s at most');
      await new Promise((then) => setTimeout(then, 250));
    }
    assert.equal((await server.call(token)).status, 401);
  });

  test('[INT-11][DPOP-23][DPOP-24] a bound token needs its key', async (t) => {
    const { provider, server } = await startAsking(t);
    const keys = await jose.generateKeyPair('ES256', { extractable: true });
    const jwk = await jose.exportJWK(keys.publicKey);
    const proof = (htu, claims = {}) =>
      new jose.SignJWT({ htm: 'POST', htu, jti: randomUUID(), ...claims })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .setIssuedAt()
        .sign(keys.privateKey);
    const dpop = await proof(`${provider.issuer}/token`);
    const token = await provider.tokenFor(server.resource, { dpop });
    const ath = createHash('sha256').update(token).digest('base64url');
    for (let i = 0; i < 2; ++i) {
      const good = await server.call(token, {
        scheme: 'DPoP',
        dpop: await proof(server.resource, { ath }),
      });
      assert.equal(await good.text(), `${provider.issuer} robot\n`);
      assert.equal((await server.call(token)).status, 401, 'as a bearer token');
      assert.equal((await server.call(token, { scheme: 'DPoP' })).status, 401, 'without a proof');
    }
  });

  test('[INT-10][MCP-ERR-07] away, failing, or with wrong credentials it is 503', async (t) => {
    const { provider, server } = await startAsking(t);
    const token = await provider.tokenFor(server.resource);
    const unasked = await provider.tokenFor(server.resource);
    const misconfigured = await startResourceServer(provider.issuer, {
      CLIENT_ID: gate.id,
      CLIENT_SECRET: 'wrong',
    });
    t.after(() => misconfigured.stop());
    const isAway = async (from, what) => {
      const answer = await from.call(unasked);
      assert.equal(answer.status, 503);
      assert.equal(answer.headers.get('retry-after'), '1');
      assert.equal(answer.headers.get('www-authenticate'), null);
      assert.match(from.said.err, what);
    };
    await isAway(misconfigured, /issuer_unavailable introspection_unauthorized/);
    assert.equal((await server.call(token)).status, 200);
    provider.fail(500);
    await isAway(server, /issuer_unavailable unexpected_status/);
    provider.fail(401);
    await isAway(server, /issuer_unavailable introspection_unauthorized/);
    await provider.stop();
    await isAway(server, /issuer_unavailable connection/);
    assert.equal((await server.call(token)).status, 200, 'what is remembered goes on');
  });
});
