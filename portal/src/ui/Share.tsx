import type { ReactNode } from "react";
import { whole } from "./words";

/** Some of all, and the colour it has (a class of styles.css). */
export interface Part {
  label: ReactNode;
  tone: string;
  value: number;
}

/** What a whole is made of: a bar, and the figures. `open` is the rest that is not known yet. */
export function Share({ name, parts, open = 0 }: { name: string; parts: Part[]; open?: number }) {
  return (
    <>
      <div className="ledger" role="img" aria-label={name}>
        {/* What is nothing would still leave its gap: a bar that is never quite full. */}
        {parts.filter(({ value }) => value > 0).map(({ tone, value }) => (
          <div key={tone} className={`tone-${tone}`} style={{ flexGrow: value, minWidth: 3 }} />
        ))}
        {open > 0 && <div style={{ flexGrow: open }} />}
      </div>
      <ul className="ledger-parts">
        {parts.map(({ label, tone, value }) => (
          <li key={tone}>
            <span className={`swatch tone-${tone}`} aria-hidden="true" />
            <span className="figure">{whole.format(value)}</span>
            <span>{label}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
