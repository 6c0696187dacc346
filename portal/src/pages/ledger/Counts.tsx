import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { DayAccount, DayState } from "../../api/types";
import { PageLink } from "../../ui/PageLink";
import { DAY_STATES, whole } from "../../ui/words";
import { ENDED_STATES, wordsOf } from "./words";

interface Row {
  state: DayState;
  label: string;
  meaning: string;
  people: number;
}

/** How many stand where, and what it means; each count opens the people in it. */
export function Counts({ day, ledger }: { day: DayAccount; ledger: NonNullable<DayAccount["ledger"]> }) {
  const words = wordsOf(day);
  const live = day.status === "live";
  const href = (state: DayState) => (live ? `/residents?state=${state}` : `/ledger?date=${day.date}&state=${state}`);
  const rows = (live ? DAY_STATES : ENDED_STATES).map((state) => ({ state, ...words[state], people: ledger[state] }));
  const columns: TableProps.ColumnDefinition<Row>[] = [
    {
      id: "state",
      header: "State",
      isRowHeader: true,
      minWidth: 130,
      cell: (it) => <span className="state"><span className={`swatch tone-${it.state}`} aria-hidden="true" />{it.label}</span>,
    },
    { id: "people", header: "Residents", minWidth: 100, cell: (it) => (it.people > 0 ? <PageLink href={href(it.state)}>{whole.format(it.people)}</PageLink> : "0") },
    { id: "meaning", header: "What it means", minWidth: 260, cell: (it) => it.meaning },
  ];
  return (
    <Table
      items={rows}
      trackBy="state"
      columnDefinitions={columns}
      wrapLines
      enableKeyboardNavigation={false}
      ariaLabels={{ tableLabel: "The account of the day", itemSelectionLabel: () => "", selectionGroupLabel: "" }}
      footer={`${whole.format(ledger.total)} on the register${ledger.balanced ? ": everybody is accounted for." : ": the states do not add up to it."}`}
    />
  );
}
