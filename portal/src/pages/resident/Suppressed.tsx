import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { lazy, Suspense, useState } from "react";
import type { Detail, ResidentSuppression } from "../../api/types";
import { useIs } from "../../app/context";
import { Time } from "../../ui/Time";
import { suppressedBy, suppressedWhy } from "../../ui/words";

const LiftSuppression = lazy(async () => ({ default: (await import("../suppressions/dialogs")).LiftSuppression }));

/** What of the suppression list concerns this person: they, or whoever has their number. */
export function Suppressed({ resident, reload }: { resident: Detail; reload: () => void }) {
  const [lifting, setLifting] = useState<ResidentSuppression>();
  const mayLift = useIs("Operators");
  const close = () => setLifting(undefined);
  const done = () => {
    close();
    reload();
  };
  return (
    <>
      {resident.suppressions.map((it) => (
        <Alert key={it.id} type="warning" header={WHOM[it.of].header} action={mayLift && <Button onClick={() => setLifting(it)}>Lift</Button>}>
          Suppressed since <Time at={it.at} /> by {suppressedBy(it)}: {suppressedWhy(it)}
        </Alert>
      ))}
      <Suspense>{lifting && <LiftSuppression id={lifting.id} of={WHOM[lifting.of].of} onClose={close} onDone={done} />}</Suspense>
    </>
  );
}

const WHOM: Record<ResidentSuppression["of"], { header: string; of: string }> = {
  person: { header: "On the suppression list", of: "this person" },
  number: { header: "Their number is on the suppression list", of: "their number" },
};
