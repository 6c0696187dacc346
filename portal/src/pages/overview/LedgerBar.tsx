import type { Overview } from "../../api/types";
import { AsTable } from "../../ui/AsTable";
import { PageLink } from "../../ui/PageLink";
import { DAY_STATES, count, dayStates, whole } from "../../ui/words";

type Ledger = Overview["ledger"];

/** The day's account of everyone: a bar that fills, what it is made of, and the figures. */
export function LedgerBar({ ledger }: { ledger: Ledger }) {
  const summary = DAY_STATES.filter((state) => ledger[state] > 0)
    .map((state) => `${dayStates[state].label}: ${whole.format(ledger[state])}`)
    .join(", ");
  return (
    <>
      <div className="ledger" role="img" aria-label={`Where ${count(ledger.total, "resident")} stand today. ${summary}`}>
        {DAY_STATES.map((state) => (
          // Widths go over the style object of the element, which the content security policy does not mind.
          <div key={state} className={`tone-${state}`} style={{ flexGrow: ledger[state], minWidth: ledger[state] > 0 ? 3 : 0 }} />
        ))}
      </div>
      <ul className="ledger-parts">
        {DAY_STATES.map((state) => (
          <li key={state}>
            <span className={`swatch tone-${state}`} aria-hidden="true" />
            <span className="figure">{whole.format(ledger[state])}</span>
            <PageLink href={`/residents?state=${state}`}>{dayStates[state].label}</PageLink>
          </li>
        ))}
      </ul>
      <AsTable
        title="Where everyone stands today"
        columns={["State", "Residents", "Share", "What it means"]}
        rows={DAY_STATES.map((state) => [dayStates[state].label, whole.format(ledger[state]), share(ledger[state], ledger.total), dayStates[state].meaning])}
      />
    </>
  );
}

function share(part: number, total: number): string {
  return total === 0 ? "–" : `${((part / total) * 100).toFixed(1)} %`;
}
