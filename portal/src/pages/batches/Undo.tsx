import { useEffect, useRef, useState } from "react";
import { answered, api } from "../../api/client";
import type { Batch, Undoing } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { count, sentence } from "../../ui/words";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Takes off the register whom a batch brought. The service does it in parts; it is asked until nothing is left. */
export function Undo({ batch, onClose, onDone }: { batch: Batch; onClose: () => void; onDone: (undone: Undoing) => void }) {
  const [removed, setRemoved] = useState(0);
  const stop = useRef(false);
  useEffect(() => {
    stop.current = false;
    return () => {
      stop.current = true;
    };
  }, []);

  const perform = async () => {
    let all = 0;
    for (let pause = FIRST_PAUSE_MS; !stop.current; ) {
      const { data } = await answered(api.POST("/api/batches/{id}/undo", { params: { path: { id: batch.id } } }));
      all += data.removed;
      if (data.finished) return onDone({ ...data, removed: all });
      setRemoved(all);
      // Nobody could be taken off just now: give it a rest.
      pause = data.removed > 0 ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
  const begun = batch.stage === "undoing";
  return (
    <Dialog title={begun ? "Go on undoing this batch?" : "Undo this batch?"} action={begun ? "Go on" : "Undo"} perform={perform} onClose={onClose}>
      {() => (
        <>
          <p>
            {begun ? "Those who are left" : `The ${count(batch.loaded, "person", "people")} whom this list brought`} are taken off the register, as if they had never been on it. They will not be called.
          </p>
          {batch.undo?.reason && <p>{sentence(batch.undo.reason)}</p>}
          <p>Whoever was on the register before stays as they are. The same file can be uploaded again.</p>
          <p role="status">{removed > 0 && `${count(removed, "person", "people")} taken off so far.`}</p>
        </>
      )}
    </Dialog>
  );
}
