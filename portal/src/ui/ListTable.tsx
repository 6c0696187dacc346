import Box from "@cloudscape-design/components/box";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import type { Loaded } from "../api/use-load";
import { Failure } from "./Failure";
import type { usePaging } from "./paging";

interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

interface Props<T> extends Pick<TableProps<T>, "columnDefinitions" | "trackBy" | "header" | "filter" | "sortingColumn" | "sortingDescending" | "onSortingChange" | "variant" | "stickyColumns" | "selectionType" | "selectedItems" | "onSelectionChange" | "ariaLabels"> {
  loaded: Loaded<Page<T>>;
  /** What it is a list of, for the loading text: "Loading residents". */
  things: string;
  /** Said when there is nothing, with what can be done about it. */
  empty: ReactNode;
  paging?: ReturnType<typeof usePaging>;
}

/** A list of the API: loading, empty, failed and filled, and page by page. */
export function ListTable<T>({ loaded, things, empty, paging, ...table }: Props<T>) {
  const { value, failure, loading, reload } = loaded;
  const next = value?.next_cursor;
  return (
    <SpaceBetween size="m">
      {failure !== undefined && <Failure failure={failure} onRetry={reload} />}
      <Table
        {...table}
        items={value?.items ?? []}
        loading={loading && !value}
        loadingText={`Loading ${things}`}
        enableKeyboardNavigation={false}
        wrapLines
        empty={failure === undefined ? <Box textAlign="center" color="inherit" padding={{ vertical: "l" }}>{empty}</Box> : <Box textAlign="center">Nothing could be loaded.</Box>}
        {...(paging && (paging.page > 1 || next) && {
          pagination: (
            <Pagination
              currentPageIndex={paging.page}
              pagesCount={Math.max(paging.known, next ? paging.page : 0)}
              openEnd={Boolean(next)}
              disabled={loading}
              onChange={({ detail }) => paging.turn(detail.currentPageIndex, next)}
            />
          ),
        })}
      />
    </SpaceBetween>
  );
}
