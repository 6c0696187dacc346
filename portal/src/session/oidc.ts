/** Sign-in with an OpenID provider. Loaded only where the service is set up for one. */
import { UserManager, WebStorageStateStore } from "oidc-client-ts";
import type { Config } from "../api/types";

/** Where the provider sends people back to. */
export const RETURN_PATH = "/signed-in";

/** Leaves for the provider's page; `back` is where the person wanted to go. */
export async function leaveForProvider(config: Config, back: string): Promise<void> {
  await manager(config).signinRedirect({ state: back });
}

/** The token that the provider gave, after it has sent the person back. */
export async function returnFromProvider(config: Config): Promise<{ token: string; back: string }> {
  const provider = manager(config);
  const user = await provider.signinRedirectCallback();
  // We keep the session ourselves; a second copy of the tokens would outlive it.
  await provider.removeUser();
  // Audience and groups are in the id token with every provider; Amazon Cognito's access token has no audience.
  const token = user.id_token ?? user.access_token;
  return { token, back: typeof user.state === "string" ? user.state : "/" };
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
