// npm's oidc-provider as somebody else's authorization server, and a resource server that trusts it and finds its
// keys through discovery.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as jose from 'jose';

import { caFile, startProvider } from './support/identity_provider.mjs';
import { startProgram } from './support/server.mjs';

async function startResourceServer(issuer) {
  const program = await startProgram(process.env.MCP_OAUTH_RESOURCE_SERVER, [issuer, caFile]);
  const resource = `${program.origin}/mcp`;
  const call = (token) =>
    fetch(resource, {
      method: 'POST',
      headers: token ? { authorization: `Bearer ${token}` } : {},
      body: '{}',
    });
  return { ...program, resource, call };
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
