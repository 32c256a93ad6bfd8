// A real OpenID Connect provider (node-oidc-provider) for the tests. `/test/…` is how a test arranges its people and its keys.
// Usage: node provider.mjs PORT, beside a node_modules directory.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [port] = process.argv.slice(2);

const issuer = `http://127.0.0.1:${port}`;
const people = new Map();
const cookieKeys = [randomBytes(16).toString('hex')];

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomBytes(6).toString('hex'), use: 'sig', alg: 'RS256' };
}

function newProvider() {
  const provider = new Provider(issuer, {
    jwks: { keys: [newKey()] },
    cookies: { keys: cookieKeys },
    pkce: { required: () => true, methods: ['S256'] },
    claims: {
      openid: ['sub'],
      profile: ['name', 'realname'],
      email: ['email', 'email_verified'],
    },
    features: {
      registration: { enabled: true }, // each test site registers itself (RFC 7591)
      devInteractions: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    async findAccount(_ctx, sub) {
      return { accountId: sub, claims: () => ({ sub, ...people.get(sub) }) };
    },
  });
  provider.on('server_error', (_ctx, error) => console.error(error));
  return provider.callback();
}

let answer = newProvider();

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, issuer);
  if (!pathname.startsWith('/test/')) {
    answer(request, response);
    return;
  }
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    if (pathname === '/test/keys') {
      answer = newProvider(); // the same store, new keys
    } else {
      const { sub, claims } = JSON.parse(Buffer.concat(pieces).toString());
      people.set(sub, claims);
    }
    response.writeHead(204).end();
  });
});
server.listen(Number(port), '127.0.0.1');
