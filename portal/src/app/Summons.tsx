import Alert, { type AlertProps } from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useEffect } from "react";
import { useLocation, useNavigate } from "react-router";
import { phoneWords } from "../desk/words";
import type { AtPhone } from "./at-phone";

const FROM_AFAR = { accept: "Accept it at the desk.", complete: " at the desk" };

const OFFERED = "Callback offered · Rollcall";

/** Calls an agent to the desk from any other page. Nothing is taken out of their hands: the keyboard stays where it is. */
export function Summons({ at: { phone, name } }: { at: AtPhone }) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const call = phone.call ?? undefined;
  const offered = call?.state === "incoming";
  useEffect(() => {
    if (!offered) return undefined;
    const { title } = document;
    document.title = OFFERED;
    return () => {
      // Another page may have named itself since.
      if (document.title === OFFERED) document.title = title;
    };
  }, [offered, pathname]);
  return (
    <Alert type={kind(call?.state)} action={<Button variant={offered ? "primary" : "normal"} onClick={() => void navigate("/desk")}>Go to the desk</Button>}>
      {words({ phone, name })}
    </Alert>
  );
}

/** The same for those who hear it; there before there is anything to say. */
export function SummonsAloud({ at }: { at: AtPhone | undefined }) {
  return <div className="only-read" aria-live="assertive" aria-atomic="true">{at && words(at)}</div>;
}

function words({ phone, name }: AtPhone): string {
  return phoneWords(phone.call ?? undefined, name, phone.status, FROM_AFAR);
}

function kind(state: string | undefined): AlertProps.Type {
  return state === "incoming" || state === undefined ? "warning" : "info";
}
