// Verifies access tokens of two pools with aws-jwt-verify until three seconds of CPU are over: tokens verified, seconds of CPU.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [home, path, base] = process.argv.slice(2);
const { CognitoJwtVerifier } = createRequire(`${home}/`)("aws-jwt-verify");
const pools = { "eu-west-1_Old": "oldclient", "eu-west-1_New": "newclient" };
const listed = Object.entries(pools).map(([userPoolId, clientId]) => ({ userPoolId, clientId, tokenUse: "access" }));
const verifier = CognitoJwtVerifier.create(listed);
for (const userPoolId of Object.keys(pools)) {
  const response = await fetch(`${base}/${userPoolId}/.well-known/jwks.json`);
  verifier.cacheJwks(await response.json(), userPoolId);
}

const tokens = readFileSync(path, "ascii").split(/\s+/).filter(Boolean);
const seconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
tokens.forEach((token) => verifier.verifySync(token));
const started = seconds();
let count = 0;
while (seconds() < started + 3) {
  tokens.forEach((token) => verifier.verifySync(token));
  count += tokens.length;
}
console.log(count, seconds() - started);
