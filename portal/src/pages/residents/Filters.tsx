import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import { useState } from "react";
import type { DayState } from "../../api/types";
import { DAY_STATES, dayStates } from "../../ui/words";
import { type Query, type Trait, TRAITS, traitLabels } from "./query";

interface Props {
  query: Query;
  text: string;
  ask: (query: Query, text: string) => void;
}

const STATES = DAY_STATES.map((value) => ({ value, label: dayStates[value].label, description: dayStates[value].meaning }));
const ONLY = TRAITS.map((value) => ({ value, label: traitLabels[value] }));

/** Who is looked for. */
export function Filters({ query, text, ask }: Props) {
  const [words, setWords] = useState(text);
  return (
    <search className="filters">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask(query, words);
        }}
      >
        <FormField label="Name, number or reference" stretch>
          <div className="search-line">
            <Input
              type="search"
              value={words}
              onChange={({ detail }) => {
                setWords(detail.value);
                // The cross empties the field: that is a wish to see everyone again.
                if (detail.value === "" && text !== "") ask(query, "");
              }}
              autoComplete={false}
              spellcheck={false}
              clearAriaLabel="Empty the search"
            />
            <Button formAction="submit">Search</Button>
          </div>
        </FormField>
      </form>
      <FormField label="Today">
        <Multiselect
          options={STATES}
          selectedOptions={STATES.filter(({ value }) => query.states.includes(value))}
          onChange={({ detail }) => ask({ ...query, states: detail.selectedOptions.map(({ value }) => value as DayState) }, words)}
          placeholder="Any state"
          inlineTokens
        />
      </FormField>
      <FormField label="Only those who are">
        <Multiselect
          options={ONLY}
          selectedOptions={ONLY.filter(({ value }) => query.traits.includes(value))}
          onChange={({ detail }) => ask({ ...query, traits: detail.selectedOptions.map(({ value }) => value as Trait) }, words)}
          placeholder="Anybody"
          inlineTokens
        />
      </FormField>
      {query.batch !== undefined && (
        <Button iconName="close" onClick={() => ask({ ...query, batch: undefined }, words)}>Of one batch only: show all</Button>
      )}
    </search>
  );
}
