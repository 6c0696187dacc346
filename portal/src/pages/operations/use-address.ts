import { useCallback, useEffect, useMemo, useRef } from "react";
import { useLocation, useNavigate } from "react-router";
import { type Query, readQuery, writeQuery } from "./query";

/** Where the list of letters begins, for those who are taken to it. */
export const LETTERS = "letters";

/** The address of the list of these letters, from elsewhere on the page. */
export function addressOf(query: Query): string {
  return `/operations?${writeQuery(query)}#${LETTERS}`;
}

/** The search that the address stands for, and how to ask for another: one more step that "back" takes back. */
export function useAddress(): { query: Query; key: string; ask: (query: Query) => void } {
  const navigate = useNavigate();
  const { search } = useLocation();
  const query = useMemo(() => readQuery(new URLSearchParams(search)), [search]);
  const ask = useCallback((next: Query) => {
    const params = writeQuery(next).toString();
    void navigate({ pathname: "/operations", search: params && `?${params}` });
  }, [navigate]);
  return { query, key: writeQuery(query).toString(), ask };
}

/** Takes whoever has followed a link to the list there, with the keyboard and the eyes. */
export function useArrival() {
  const { hash, key } = useLocation();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (hash !== `#${LETTERS}`) return;
    list.current?.focus({ preventScroll: true });
    list.current?.scrollIntoView({ block: "start" });
  }, [hash, key]);
  return list;
}
