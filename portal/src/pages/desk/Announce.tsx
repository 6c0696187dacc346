import type { Call, Phone } from "../../api/types";
import { phoneWords } from "../../desk/words";
import { KEYS, shortcut } from "./shortcuts";

const HERE = { accept: `Accept with ${shortcut(KEYS.accept)}.`, complete: `: ${shortcut(KEYS.outcome)}` };

/** Says what the phone does to whoever does not see it. */
export function Announce({ call, name, status }: { call: Call | undefined; name: string | undefined; status: Phone["status"] | undefined }) {
  return <div className="only-read" aria-live="assertive" aria-atomic="true">{phoneWords(call, name, status, HERE)}</div>;
}
