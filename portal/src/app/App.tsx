import Box from "@cloudscape-design/components/box";
import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en-GB";
import { applyMode, disableMotion, Mode } from "@cloudscape-design/global-styles";
import { lazy, Suspense, useEffect } from "react";
import { answer, api } from "../api/client";
import type { Config } from "../api/types";
import { useLoad } from "../api/use-load";
import { useSession } from "../session/session";
import { Failure } from "../ui/Failure";
import { usePreferredZone, useShade } from "../ui/preferences";
import { Zone } from "../ui/Time";
import { Waiting } from "../ui/Waiting";
import { Setup } from "./context";
import { ErrorBoundary } from "./ErrorBoundary";

// Who comes to sign in waits for the form only; the frame with its navigation is loaded by those who are in.
const SignIn = lazy(() => import("../pages/SignIn"));
const Shell = lazy(() => import("./Shell"));

export function App() {
  const shade = useShade();
  const zone = usePreferredZone();
  const session = useSession();
  const config = useLoad("config", (signal) => answer(api.GET("/api/config", { signal })));

  useKeptSignedIn(config.value, session !== undefined);

  useEffect(() => applyMode(shade === "dark" ? Mode.Dark : Mode.Light), [shade]);
  useEffect(() => {
    const still = window.matchMedia("(prefers-reduced-motion: reduce)");
    const obey = () => disableMotion(still.matches);
    obey();
    still.addEventListener("change", obey);
    return () => still.removeEventListener("change", obey);
  }, []);

  return (
    <I18nProvider locale="en-GB" messages={[messages]}>
      <Zone value={zone}>
        <ErrorBoundary page="frame">
          <Suspense fallback={<Waiting />}>
            {config.value ? (
              <Setup value={config.value}>{session ? <Shell session={session} /> : <SignIn />}</Setup>
            ) : config.loading ? (
              <Waiting />
            ) : (
              <Box margin="xxl"><Failure failure={config.failure} onRetry={config.reload} /></Box>
            )}
          </Suspense>
        </ErrorBoundary>
      </Zone>
    </I18nProvider>
  );
}

/** Whoever signed in at a provider stays so for their shift. */
function useKeptSignedIn(config: Config | undefined, signedIn: boolean): void {
  useEffect(() => {
    if (config?.sign_in.kind !== "oidc" || !signedIn) return;
    let stop: (() => void) | undefined;
    let over = false;
    // If this file is not to be had, the session ends with its token.
    void import("../session/oidc").then(({ keepSignedIn }) => {
      if (!over) stop = keepSignedIn(config);
    }, () => undefined);
    return () => {
      over = true;
      stop?.();
    };
  }, [config, signedIn]);
}
