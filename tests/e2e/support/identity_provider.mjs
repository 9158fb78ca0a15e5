// npm's oidc-provider over https on a free port: somebody else's authorization server.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import * as jose from 'jose';
import Provider from 'oidc-provider';

import { temporaryFolder } from './server.mjs';

const folder = temporaryFolder();
export const caFile = join(folder, 'cert.pem');
const selfSigned =
  'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost ' +
  '-addext subjectAltName=DNS:localhost';
execFileSync(
  'openssl',
  [...selfSigned.split(' '), '-keyout', join(folder, 'key.pem'), '-out', caFile],
  { stdio: 'pipe' },
);
const tls = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(caFile) };

/** A request over TLS with that certificate. Returns status and text. */
export async function post(url, form, headers = {}) {
  const request = https.request(url, {
    method: 'POST',
    ca: tls.cert,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
  request.end(new URLSearchParams(form).toString());
  const [answer] = await once(request, 'response');
  let text = '';
  for await (const part of answer) text += part;
  return { status: answer.statusCode, text };
}

async function privateJwk(alg, kid) {
  const { privateKey } = await jose.generateKeyPair(alg, { extractable: true });
  return { ...(await jose.exportJWK(privateKey)), alg, kid, use: 'sig' };
}

/** The client as which a resource server asks. Its secret has what must be encoded on the way. */
export const gate = { id: 'gate', secret: 'a secret: with 100% of +&= in it' };

const asRobot = { authorization: `Basic ${btoa('robot:a-secret-of-the-robot')}` };

/**
 * A provider that issues RFC 9068 tokens, or with `format: 'opaque'` tokens that it has to be asked about, which it
 * answers to the client `gate`. `requests` has the path of every request that it got; `tokenFor` gets a
 * token as a client with the credentials grant does, bound to a key where it brings a proof, and `revoke` ends one.
 */
export async function startProvider({ path = '', format = 'jwt' } = {}) {
  const requests = [];
  let handler = (_, response) => response.writeHead(503).end();
  const server = https.createServer(tls, (request, response) => {
    requests.push(request.url);
    handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `https://localhost:${server.address().port}`;
  const issuer = origin + path;
  const keys = [await privateJwk('RS256', 'rsa-1'), await privateJwk('ES256', 'ec-1')];
  let signingAlgorithm = 'RS256';
  const provider = new Provider(issuer, {
    jwks: { keys },
    clients: [
      {
        client_id: 'robot',
        client_secret: 'a-secret-of-the-robot',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: gate.id,
        client_secret: gate.secret,
        grant_types: [],
        redirect_uris: [],
        response_types: [],
      },
    ],
    scopes: ['notes'],
    // RFC 9068 §2.2: the subject of a client's own token is the client.
    extraTokenClaims: (_, token) => (format === 'opaque' ? { sub: token.clientId } : undefined),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      introspection: { enabled: format === 'opaque' },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          scope: 'notes',
          audience: resource,
          accessTokenFormat: format,
          jwt: { sign: { alg: signingAlgorithm } },
        }),
      },
    },
  });
  const callback = provider.callback();
  handler = (request, response) => {
    if (path && request.url.startsWith(path)) {
      request.originalUrl = request.url;
      request.url = request.url.slice(path.length) || '/';
    } else if (path) return response.writeHead(404).end();
    callback(request, response);
  };
  return {
    issuer,
    keys,
    requests,
    async tokenFor(resource, { alg = 'RS256', scope = 'notes', dpop } = {}) {
      signingAlgorithm = alg;
      const answer = await post(
        `${issuer}/token`,
        { grant_type: 'client_credentials', resource, scope },
        { ...asRobot, ...(dpop ? { dpop } : {}) },
      );
      if (answer.status !== 200) throw new Error(answer.text);
      return JSON.parse(answer.text).access_token;
    },
    async revoke(token) {
      const answer = await post(`${issuer}/token/revocation`, { token }, asRobot);
      assert.equal(answer.status, 200, answer.text);
    },
    /** Every request from now on is answered with this status. */
    fail(status) {
      handler = (_, response) => response.writeHead(status).end();
    },
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
