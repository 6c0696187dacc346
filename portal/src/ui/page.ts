import { useEffect } from "react";

let first = true;

/**
 * Names the page in the title, and takes readers of the screen to its heading when they have come from another page:
 * without that they would still be on the link that they followed.
 */
export function usePage(title: string): void {
  useEffect(() => {
    document.title = `${title} · Rollcall`;
  }, [title]);
  useEffect(() => {
    if (first) {
      first = false;
      return;
    }
    const heading = document.querySelector<HTMLElement>("main h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, []);
}
