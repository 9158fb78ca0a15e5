// What callers of oauth4webapi begin with, in its own words.
import * as oauth from 'oauth4webapi';

import { redirectUri } from './oauth.mjs';

export const insecure = { [oauth.allowInsecureRequests]: true }; // a loopback server in development

/** From the address of the MCP server to its authorization server, by both documents. */
export async function discovered(server) {
  const resource = new URL(server.mcp);
  const metadata = await oauth.processResourceDiscoveryResponse(
    resource,
    await oauth.resourceDiscoveryRequest(resource, insecure),
  );
  const issuer = new URL(metadata.authorization_servers[0]);
  const as = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
  );
  return { resource, metadata, as };
}

export const register = async (as, metadata) =>
  oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(
      as,
      { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', ...metadata },
      insecure,
    ),
  );

/** Where the browser is sent, with what has to be known when it comes back. */
export async function authorizationRequest(as, client, parameters = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...parameters,
  }))
    url.searchParams.set(name, value);
  return { url, verifier, state };
}
