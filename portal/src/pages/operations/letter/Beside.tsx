import { changed } from "./lines";

interface Pane {
  title: string;
  text: string;
}

/** One text, or two beside each other with the lines marked that differ. */
export function Beside({ panes: [first, second] }: { panes: [Pane, Pane?] }) {
  const before = first.text.split("\n");
  const after = second?.text.split("\n");
  const marks = after && changed(before, after);
  return (
    <div className={after ? "beside" : undefined}>
      <Lines title={first.title} lines={before} marks={marks?.before} mark="before" />
      {second && after && <Lines title={second.title} lines={after} marks={marks?.after} mark="after" />}
    </div>
  );
}

interface LinesProps {
  title: string;
  lines: readonly string[];
  marks: readonly boolean[] | undefined;
  mark: "before" | "after";
}

/** A text to read, with its lines numbered. */
export function Lines({ title, lines, marks, mark }: LinesProps) {
  return (
    <section className="pane" aria-label={title}>
      <h3 className="small-head">{title}</h3>
      <div className="code" tabIndex={0} role="region" aria-label={`${title}, to read`}>
        <ol className="code-lines">
          {lines.map((line, at) => (
            <li key={at} className={marks?.[at] ? `line-${mark}` : undefined}>
              {marks?.[at] && <span className="only-read">{mark === "before" ? "Removed: " : "Added: "}</span>}
              {line || "\u200b"}
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
