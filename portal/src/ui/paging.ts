import { useCallback } from "react";
import { useLocation, useNavigate } from "react-router";

/** The pages seen so far: `cursors[n]` opens page n + 2. Kept with the entry in the browser's history, so that back works. */
interface Turned {
  cursors: string[];
  page: number;
}

/** Which page of a list is open. A cursor may hold a name and therefore never stands in an address. `list` tells
 *  the lists of one page apart. */
export function usePaging(list = "turned"): { cursor: string | undefined; page: number; known: number; turn: (page: number, next: string | null | undefined) => void } {
  const navigate = useNavigate();
  const location = useLocation();
  const held = location.state as Record<string, Turned | undefined> | null;
  const { cursors, page } = held?.[list] ?? { cursors: [], page: 1 };

  const turn = useCallback(
    (to: number, next: string | null | undefined) => {
      const seen = to === page + 1 && next ? [...cursors.slice(0, page - 1), next] : cursors;
      void navigate(
        { pathname: location.pathname, search: location.search },
        { state: { ...held, [list]: { cursors: seen, page: to } } },
      );
    },
    [cursors, held, list, location.pathname, location.search, navigate, page],
  );
  return { cursor: page > 1 ? cursors[page - 2] : undefined, page, known: Math.max(page, cursors.length + 1), turn };
}
