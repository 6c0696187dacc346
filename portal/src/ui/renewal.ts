import { useEffect, useRef } from "react";

/** Calls `renew` each time `mark` changes, but not for the first. */
export function useRenewal(mark: string, renew: () => void): void {
  const seen = useRef(mark);
  useEffect(() => {
    if (seen.current === mark) return;
    seen.current = mark;
    renew();
  }, [mark, renew]);
}
