import ExpandableSection from "@cloudscape-design/components/expandable-section";
import type { ReactNode } from "react";

/** The figures behind a picture, for whoever cannot or would rather not look at it. */
export function AsTable({ title, columns, rows }: { title: string; columns: string[]; rows: (readonly ReactNode[])[] }) {
  return (
    <ExpandableSection variant="inline" headerText="Show as a table" headerAriaLabel={`Show as a table: ${title}`}>
      <div className="figures" tabIndex={0} role="region" aria-label={title}>
        <table>
          <caption className="only-read">{title}</caption>
          <thead>
            <tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr>
          </thead>
          <tbody>
            {rows.map(([head, ...cells], row) => (
              <tr key={row}>
                <th scope="row">{head}</th>
                {cells.map((cell, at) => <td key={at}>{cell}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </ExpandableSection>
  );
}
