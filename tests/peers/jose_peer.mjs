// A peer of the JOSE part in Node, by the package `jose`. Reads an order (JSON) from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import { SignJWT, calculateJwkThumbprint, createLocalJWKSet, exportJWK, exportPKCS8, generateKeyPair, importPKCS8, jwtVerify } from 'jose';

const order = JSON.parse(readFileSync(0, 'utf8'));

// Tokens of ours: the claims, or why they are refused.
const verified = [];
for (const { token, jwks, alg, typ } of order.verify) {
  const options = { algorithms: [alg], typ, issuer: order.issuer, audience: order.audience };
  const claims = ({ payload }) => ({ claims: payload });
  verified.push(await jwtVerify(token, createLocalJWKSet(jwks), options).then(claims, (error) => ({ refused: error.code })));
}

// Keys of ours, and tokens that are signed with them; and the same with keys of its own.
const signed = [];
for (const { alg, typ, pkcs8, kid } of order.sign) {
  const pair = pkcs8 ? { privateKey: await importPKCS8(pkcs8, alg, { extractable: true }) } : await generateKeyPair(alg, { extractable: true });
  const { kty, crv, x, y, n, e } = await exportJWK(pair.privateKey);
  const jwk = JSON.parse(JSON.stringify({ kty, crv, x, y, n, e }));
  const token = await new SignJWT(order.claims).setProtectedHeader({ alg, typ, kid }).sign(pair.privateKey);
  const thumbprint = await calculateJwkThumbprint(jwk);
  signed.push({ alg, token, jwk, thumbprint, pkcs8: await exportPKCS8(pair.privateKey) });
}

console.log(JSON.stringify({ verified, signed }));
