/** One thing that is counted in each column, and its colour (a class of styles.css). */
export interface Series {
  label: string;
  tone: string;
}

/** What the colours mean. */
export function Legend({ series }: { series: Series[] }) {
  return (
    <ul className="legend">
      {series.map(({ label, tone }) => (
        <li key={label}><span className={`swatch tone-${tone}`} aria-hidden="true" />{label}</li>
      ))}
    </ul>
  );
}
