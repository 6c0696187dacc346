/** A small OpenID provider: it signs everybody in as one operator, whose tokens live for seconds. */
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const CLIENT = "portal";
export const NAME = "olive@example.org";
/** Seconds that a token lives. */
export const LIFE = 6;

export class Provider {
  /** Times that a token was renewed. */
  renewed = 0;
  /** Tokens for renewal that were given back. */
  readonly revoked: string[] = [];
  /** Whether renewals are refused. */
  refuses = false;

  private readonly keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  private readonly challenges = new Map<string, string>();
  private readonly renewals = new Set<string>();
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  /** Its address, once it listens. */
  get at(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<this> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return this;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.at);
    const json = (status: number, body: unknown) => {
      response.writeHead(status, { "Content-Type": "application/json", "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*" });
      response.end(JSON.stringify(body));
    };
    if (request.method === "OPTIONS") return json(200, {});
    switch (pathname) {
      case "/.well-known/openid-configuration":
        return json(200, {
          issuer: this.at, authorization_endpoint: `${this.at}/authorize`, token_endpoint: `${this.at}/token`,
          jwks_uri: `${this.at}/.well-known/jwks.json`, revocation_endpoint: `${this.at}/revoke`,
        });
      case "/.well-known/jwks.json":
        return json(200, { keys: [{ ...this.keys.publicKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" }] });
      case "/authorize": {
        const code = randomUUID();
        this.challenges.set(code, searchParams.get("code_challenge") ?? "");
        const back = new URL(searchParams.get("redirect_uri") ?? "");
        back.search = String(new URLSearchParams({ code, state: searchParams.get("state") ?? "" }));
        response.writeHead(302, { Location: back.href });
        return void response.end();
      }
      case "/token": return this.token(new URLSearchParams(await text(request)), json);
      case "/revoke":
        this.revoked.push(new URLSearchParams(await text(request)).get("token") ?? "");
        return json(200, {});
      default: return json(404, {});
    }
  }

  private token(asked: URLSearchParams, json: (status: number, body: unknown) => void): void {
    const renewal = asked.get("refresh_token");
    const code = asked.get("code") ?? "";
    const challenge = createHash("sha256").update(asked.get("code_verifier") ?? "").digest("base64url");
    const known = renewal === null ? this.challenges.get(code) === challenge : this.renewals.has(renewal) && !this.refuses;
    if (!known || asked.get("client_id") !== CLIENT) return json(400, { error: "invalid_grant" });
    this.challenges.delete(code);
    const answer = { token_type: "Bearer", expires_in: LIFE, id_token: this.signed(), access_token: this.signed() };
    if (renewal !== null) {
      this.renewed += 1;
      // As Amazon Cognito does: the same renews again, and no other is given.
      return json(200, answer);
    }
    const first = randomUUID();
    this.renewals.add(first);
    json(200, { ...answer, refresh_token: first });
  }

  private signed(): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.at, aud: CLIENT, sub: "6f0c3b8e-0000-4000-8000-000000000001", iat: now, exp: now + LIFE, jti: randomUUID(),
      email: NAME, email_verified: true, "cognito:groups": ["Operators"], token_use: "id",
    };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const said = `${part({ alg: "RS256", kid: "one", typ: "JWT" })}.${part(claims)}`;
    return `${said}.${sign("sha256", Buffer.from(said), this.keys.privateKey).toString("base64url")}`;
  }
}

async function text(request: IncomingMessage): Promise<string> {
  let all = "";
  for await (const piece of request) all += String(piece);
  return all;
}
