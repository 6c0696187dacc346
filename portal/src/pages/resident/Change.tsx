import type { Record } from "./record";
import { Correct } from "./changes/Correct";
import { Delete } from "./changes/Delete";
import { Erase } from "./changes/Erase";
import { Pause } from "./changes/Pause";
import { Suppress } from "./changes/Suppress";
import { Switch } from "./changes/Switch";

export type Changing = "pause" | "correct" | "switch" | "suppress" | "delete" | "erase";

export interface ChangeProps {
  record: Record;
  /** Fetches the record anew, after a change or because there is a newer one. */
  reload: () => void;
  onDone: () => void;
}

/** The dialog for one kind of change. */
export default function Change({ what, ...props }: ChangeProps & { what: Changing }) {
  switch (what) {
    case "pause":
      return <Pause {...props} />;
    case "correct":
      return <Correct {...props} />;
    case "switch":
      return <Switch {...props} />;
    case "suppress":
      return <Suppress {...props} />;
    case "delete":
      return <Delete {...props} />;
    case "erase":
      return <Erase {...props} />;
  }
}
