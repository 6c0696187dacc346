import type { TableProps } from "@cloudscape-design/components/table";
import type { Remark } from "../api/types";
import { column, sentence, whole } from "./words";

/** What there is to say about single lines of a file. */
export const REMARKS: TableProps.ColumnDefinition<Remark>[] = [
  { id: "line", header: "Line", isRowHeader: true, width: 80, minWidth: 60, cell: (it) => whole.format(it.line) },
  // The column in the same cell: beside it, the reason would be out of sight on a phone.
  { id: "reason", header: "What is wrong with it", minWidth: 160, cell: (it) => <>{it.column && <b>{column(it.column)}: </b>}{sentence(it.reason)}</> },
];

/** The same, where nothing is wrong. */
export const WARNINGS: TableProps.ColumnDefinition<Remark>[] = REMARKS.map((it) => (it.id === "reason" ? { ...it, header: "What to know" } : it));
