/** Sign-in with an OpenID provider. Loaded only where the service is set up for one. */
import { ErrorResponse, type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import type { Config } from "../api/types";
import { renewIn } from "./renewal";
import { currentSession, renewBy, renewSession } from "./session";

/** Where the provider sends people back to. */
export const RETURN_PATH = "/signed-in";

/** Leaves for the provider's page; `back` is where the person wanted to go. */
export async function leaveForProvider(config: Config, back: string): Promise<void> {
  await manager(config).signinRedirect({ state: back });
}

/** The token that the provider gave, after it has sent the person back. */
export async function returnFromProvider(config: Config): Promise<{ token: string; back: string }> {
  const user = await manager(config).signinRedirectCallback();
  return { token: tokenOf(user), back: typeof user.state === "string" ? user.state : "/" };
}

/** After a renewal that failed for the moment, the next. */
const AGAIN_MS = 10_000;

/**
 * Renews the session's token before its end, for as long as the provider allows it: tokens are short, shifts are not.
 * Where the provider gives nothing to renew with, the session ends with its token. Answers what to do when it is over.
 */
export function keepSignedIn(config: Config): () => void {
  const provider = manager(config);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  const plan = async () => {
    const session = currentSession();
    const user = await provider.getUser();
    if (over || !session || !user?.refresh_token) return;
    timer = setTimeout(() => void renew(), renewIn(session, Date.now()));
  };
  // One at a time: a provider may take a renewal token once only.
  let running: Promise<void> | undefined;
  const renew = () => (running ??= tried().finally(() => (running = undefined)));
  const tried = async () => {
    clearTimeout(timer);
    try {
      const user = await provider.signinSilent();
      if (over || !user) return;
      renewSession(tokenOf(user));
      await plan();
    } catch (failure) {
      // What the provider has said no to it says no to again.
      if (!over && !(failure instanceof ErrorResponse)) timer = setTimeout(() => void renew(), AGAIN_MS);
    }
  };
  void plan();
  // Timers do not run while a laptop sleeps, and its first request may come before they do.
  renewBy(renew);

  return () => {
    over = true;
    clearTimeout(timer);
    renewBy(undefined);
    void forget(provider);
  };
}

/** Nothing is left with which somebody else could go on. */
async function forget(provider: UserManager): Promise<void> {
  try {
    await provider.revokeTokens(["refresh_token"]);
  } catch {
    // It ends by itself; not every provider takes one back.
  }
  await provider.removeUser();
}

/** Audience and groups are in the id token with every provider; Amazon Cognito's access token has no audience. */
function tokenOf(user: User): string {
  return user.id_token ?? user.access_token;
}

function manager(config: Config): UserManager {
  const { sign_in: given } = config;
  if (given.kind !== "oidc") throw new Error("the service has accounts of its own");
  return new UserManager({
    authority: given.authority ?? "",
    client_id: given.client_id ?? "",
    scope: given.scopes ?? "openid",
    redirect_uri: `${window.location.origin}${RETURN_PATH}`,
    userStore: new WebStorageStateStore({ store: window.sessionStorage }),
    automaticSilentRenew: false,
    loadUserInfo: false,
  });
}
