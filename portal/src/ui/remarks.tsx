import type { TableProps } from "@cloudscape-design/components/table";
import type { Remark } from "../api/types";
import { column, sentence, whole } from "./words";

/** What there is to say about single lines of a file. */
export const REMARKS: TableProps.ColumnDefinition<Remark>[] = [
  { id: "line", header: "Line", isRowHeader: true, width: 90, minWidth: 70, cell: (it) => whole.format(it.line) },
  { id: "column", header: "Column", width: 190, minWidth: 110, cell: (it) => (it.column ? column(it.column) : "–") },
  { id: "reason", header: "What is wrong with it", minWidth: 200, cell: (it) => sentence(it.reason) },
];

/** The same, where nothing is wrong. */
export const WARNINGS: TableProps.ColumnDefinition<Remark>[] = REMARKS.map((it) => (it.id === "reason" ? { ...it, header: "What to know" } : it));
