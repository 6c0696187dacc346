import type { ComponentType } from "react";
import { useParams } from "react-router";

/** A page about whatever the address names. Another one is another page: nothing of the former is kept. */
export function pageOf(One: ComponentType<{ id: string }>) {
  return function PageOf() {
    const { id = "" } = useParams();
    return <One key={id} id={id} />;
  };
}
