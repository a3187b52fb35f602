// A certified OpenID provider for tests: `node provider.mjs PORT SERVICE_ADDRESS`. A new signing key at each start.
// People sign in with any of the names below and any password; what it says of them stands here.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [port, service] = process.argv.slice(2);
const packages = createRequire(new URL("../../web/package.json", import.meta.url));
const { default: Provider } = await import(pathToFileURL(packages.resolve("oidc-provider")).href);

const PEOPLE = {
  olive: { name: "Olive Officer", email: "olive@example.gov.uk", email_verified: true, groups: ["register-officers"] },
  adam: { name: "Adam Admin", email: "adam@example.gov.uk", email_verified: true, groups: ["staff", "register-administrators"] },
  nora: { name: "Nora Norole", email: "nora@example.gov.uk", email_verified: true, groups: ["staff"] },
  una: { name: "Una Unverified", email: "una@example.gov.uk", email_verified: false, groups: ["register-officers"] },
};
const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "safeplaces",
      client_secret: "a secret of tests, known to everybody",
      redirect_uris: [`${service}/sign-in/oidc/callback`],
      post_logout_redirect_uris: [`${service}/sign-in`],
    },
  ],
  jwks: { keys: [{ ...key, kid: randomBytes(8).toString("hex"), use: "sig", alg: "RS256" }] },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
  pkce: { required: () => true },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => (PEOPLE[id] ? { sub: id, ...PEOPLE[id] } : { sub: id, name: "Sam Stranger" }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
process.on("SIGTERM", () => process.exit(0));
