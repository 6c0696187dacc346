import type { RefObject } from "react";

interface Props {
  area: RefObject<HTMLTextAreaElement | null>;
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Lines that differ from the original. */
  marks: readonly boolean[];
  /** Lines that something is wrong with, from 1. */
  faulty: readonly number[];
  describedBy: string;
}

/** A text to write, with its lines numbered and marked. Tab leaves it, as everywhere: it traps no keyboard. */
export function CodeField({ area, label, value, onChange, marks, faulty, describedBy }: Props) {
  const lines = value.split("\n");
  const looks = (at: number) => [marks[at] && "line-after", faulty.includes(at + 1) && "line-fault"].filter(Boolean).join(" ") || undefined;
  return (
    <div className="code code-write">
      <ol className="code-lines" aria-hidden="true">{lines.map((_, at) => <li key={at} className={looks(at)}>{"\u200b"}</li>)}</ol>
      <textarea
        ref={area}
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={faulty.length > 0}
        value={value}
        rows={lines.length}
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}

/** Puts the cursor on a line, and the line in sight. */
export function goTo(area: HTMLTextAreaElement | null, line: number): void {
  if (!area) return;
  const lines = area.value.split("\n");
  const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  area.focus();
  area.setSelectionRange(at, at + (lines[line - 1]?.length ?? 0));
  const part = (line - 1) / Math.max(1, lines.length);
  const frame = area.parentElement;
  frame?.scrollTo({ top: area.scrollHeight * part - frame.clientHeight / 2 });
}
