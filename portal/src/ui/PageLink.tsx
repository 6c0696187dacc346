import Link from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import { useFollow } from "./links";

/** A link to another page of the portal. */
export function PageLink({ href, children }: { href: string; children: ReactNode }) {
  const follow = useFollow();
  return <Link href={href} onFollow={follow}>{children}</Link>;
}
