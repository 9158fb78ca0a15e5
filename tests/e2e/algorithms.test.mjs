// Access tokens under each signing algorithm, verified by another implementation with nothing but the published
// keys, and what becomes of a secrets file when the algorithm changes.
import assert from 'node:assert/strict';
import { constants, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { get } from './support/http.mjs';
import { discover, isAccepted, makeClient } from './support/oauth.mjs';
import { runToEnd, startServer, temporaryFolder, writeConfig } from './support/server.mjs';

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
const how = {
  ES256: { digest: 'sha256', options: { dsaEncoding: 'ieee-p1363' }, octets: 64 },
  ES384: { digest: 'sha384', options: { dsaEncoding: 'ieee-p1363' }, octets: 96 },
  EdDSA: { digest: null, options: {}, octets: 64 },
  RS256: { digest: 'sha256', options: {}, octets: 256 },
  PS256: { digest: 'sha256', options: pss, octets: 256 },
};
const isPublic = (jwk) =>
  ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].every((name) => !(name in jwk));

describe('signing algorithms', () => {
  for (const [alg, { digest, options, octets }] of Object.entries(how))
    test(`[AT-01][AT-02][ASM-11][JOSE-17] ${alg}`, async (t) => {
      const server = await startServer({ access_token: { signing_algorithm: alg } });
      t.after(() => server.stop());
      const client = await makeClient(server);
      const { access_token } = await client.grant('mcp');
      const { jwks_uri, id_token_signing_alg_values_supported } = await discover(server);
      assert.deepEqual(id_token_signing_alg_values_supported, [alg]);

      const [header, payload, signature] = access_token.split('.');
      const said = JSON.parse(Buffer.from(header, 'base64url'));
      assert.deepEqual([said.alg, said.typ], [alg, 'at+jwt']);
      const { keys } = (await get(jwks_uri)).json();
      assert.ok(keys.every(isPublic), 'a private member is public');
      const jwk = keys.find((each) => each.kid === said.kid);
      assert.equal(jwk.alg, alg);
      const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), ...options };
      const octetsOf = Buffer.from(signature, 'base64url');
      assert.equal(octetsOf.length, octets);
      assert.ok(verify(digest, Buffer.from(`${header}.${payload}`), key, octetsOf));
      assert.ok(await isAccepted(server, access_token));
    });

  test('another algorithm wants a key of its own, and the answer says so', async () => {
    const secrets_file = join(temporaryFolder(), 'secrets.json');
    const first = await startServer({ secrets_file });
    await first.stop();
    const before = readFileSync(secrets_file, 'utf8');
    const config = writeConfig({ secrets_file, access_token: { signing_algorithm: 'RS256' } });
    const { status, err } = await runToEnd(['--port', '0', '--config', config]);
    assert.equal(status, 2);
    assert.match(err, /\/secrets_file: .*: holds no signing key for RS256/);
    assert.match(err, /ask for ES256, or add/);
    assert.equal(readFileSync(secrets_file, 'utf8'), before);
  });
});
