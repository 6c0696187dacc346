import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Stage } from "../api/types";
import { stages } from "./words";

const LOOKS: Record<Stage, StatusIndicatorProps.Type> = {
  reading: "in-progress",
  refused: "error",
  loading: "in-progress",
  loaded: "success",
  undoing: "in-progress",
  undone: "stopped",
};

/** How far an upload has come. */
export function StageLabel({ stage }: { stage: Stage }) {
  return <StatusIndicator type={LOOKS[stage]}>{stages[stage].label}</StatusIndicator>;
}
