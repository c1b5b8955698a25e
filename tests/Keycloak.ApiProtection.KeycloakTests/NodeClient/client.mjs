// An independent DPoP client: gets a bound token from Keycloak with oauth4webapi, calls the API with it, and attacks the API with proofs
// of the library dpop. Arguments: issuer, URL of the API's endpoint, algorithm. Writes what it saw as JSON.
import * as dpop from 'dpop';
import * as oauth from 'oauth4webapi';

const [issuer, endpoint, algorithm] = process.argv.slice(2);
const overHttp = { [oauth.allowInsecureRequests]: true };
const client = { client_id: 'cli' };
const url = new URL(endpoint);

const discovery = await oauth.discoveryRequest(new URL(issuer), overHttp);
const server = await oauth.processDiscoveryResponse(new URL(issuer), discovery);
const keys = await oauth.generateKeyPair(algorithm);
const handle = oauth.DPoP(client, keys);
const answer = await oauth.genericTokenEndpointRequest(
  server,
  client,
  oauth.None(),
  'password',
  { username: 'alice', password: 'alice', scope: 'openid' },
  { DPoP: handle, ...overHttp },
);
const token = await oauth.processGenericTokenEndpointResponse(server, client, answer);

async function call() {
  for (let attempt = 1; ; attempt++) {
    try {
      const options = { DPoP: handle, ...overHttp };
      const response = await oauth.protectedResourceRequest(token.access_token, 'GET', url, undefined, undefined, options);
      return `${response.status} after ${attempt}`;
    } catch (error) {
      if (attempt > 1 || !oauth.isDPoPNonceError(error)) throw error;
    }
  }
}

let nonce;
async function send(scheme, proof) {
  const response = await fetch(url, { headers: { Authorization: `${scheme} ${token.access_token}`, DPoP: proof } });
  nonce = response.headers.get('DPoP-Nonce') ?? nonce;
  return `${response.status}`;
}

const proofOf = (pair) => dpop.generateProof(pair, url.href, 'GET', nonce, token.access_token);
const first = await call();
const second = await call();
const asBearer = await send('Bearer', await proofOf(keys));
const withoutNonce = await send('DPoP', await proofOf(keys));
const proof = await proofOf(keys);
const once = await send('DPoP', proof);
const twice = await send('DPoP', proof);
const thief = await send('DPoP', await proofOf(await dpop.generateKeyPair(algorithm)));
console.log(JSON.stringify({ type: token.token_type, first, second, asBearer, withoutNonce, once, twice, thief }));
