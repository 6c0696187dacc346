import ExpandableSection from "@cloudscape-design/components/expandable-section";
import { fields } from "./shape";

/** What a message of this kind looks like: its fields, and what they are for. */
export function Form({ schema }: { schema: unknown }) {
  const known = fields(schema);
  if (known.length === 0) return null;
  return (
    <ExpandableSection headerText="What such a message looks like">
      <dl className="form-fields">
        {known.map(({ field, type, required, meaning }, at) => (
          <div key={at}>
            <dt><code>{field}</code></dt>
            <dd>{meaning} <span className="soft">{[type, required ? "always there" : "may be left out"].filter(Boolean).join(", ")}</span></dd>
          </div>
        ))}
      </dl>
    </ExpandableSection>
  );
}
