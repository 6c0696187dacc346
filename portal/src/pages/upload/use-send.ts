import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Refusal } from "../../api/problem";
import { sendFile } from "../../api/send";

/** Sends a file, and goes to its preview. */
export function useSend() {
  const navigate = useNavigate();
  const [sending, setSending] = useState<{ file: File; part: number }>();
  const [failure, setFailure] = useState<unknown>();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);

  const cancel = () => {
    stop.current?.abort();
    setSending(undefined);
  };
  const send = async ([file, ...more]: File[]) => {
    if (!file) return;
    cancel();
    if (more.length > 0) return setFailure(new Refusal(422, "Choose one file at a time."));
    const { signal } = (stop.current = new AbortController());
    setFailure(undefined);
    setSending({ file, part: 0 });
    try {
      const id = await sendFile(file, (part) => {
        if (!signal.aborted) setSending({ file, part });
      }, signal);
      if (!signal.aborted) await navigate(`/upload/${id}`);
    } catch (refused) {
      if (signal.aborted) return;
      setSending(undefined);
      setFailure(plain(refused, file));
    }
  };
  return { sending, failure, send, cancel };
}

/** The service counts in bytes. */
function plain(refused: unknown, file: File): unknown {
  if (!(refused instanceof Refusal) || refused.about("size") === undefined) return refused;
  return new Refusal(refused.status, file.size === 0 ? "This file is empty." : "This file is larger than any list may be, which is 128 MB.");
}
