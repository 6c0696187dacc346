import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { DayAccount } from "../../api/types";
import { PageLink } from "../../ui/PageLink";
import { count, whole } from "../../ui/words";
import { missing, wordsOf } from "./words";

/** Whether anything is not as it must be. */
export function deviates({ ledger, check, status }: DayAccount): boolean {
  if (status !== "live" && status !== "closed") return true;
  const missed = status === "closed" && ledger && ledger.trying > 0;
  return Boolean((ledger && !ledger.balanced) || missed || (check && (!check.agrees || check.forgotten > 0)));
}

/** What is not as it must be, and why there may be no account. */
export function Deviations({ day }: { day: DayAccount }) {
  const { ledger, check, status } = day;
  if (status !== "live" && status !== "closed") {
    return <Alert type={status === "open" ? "info" : "warning"} header="There is no account of this day">{missing[status]}</Alert>;
  }
  const words = wordsOf(day);
  const differs = check && !check.agrees ? check : undefined;
  const counted = ledger ? ledger.total : 0;
  return (
    <SpaceBetween size="s">
      {ledger && !ledger.balanced && (
        <Alert type="error" header="The account does not add up">
          The states do not add up to the {count(counted, "resident")} on the register. Operators have been notified.
        </Alert>
      )}
      {status === "closed" && ledger && ledger.trying > 0 && (
        <Alert type="error" header={`${count(ledger.trying, "resident")} ${ledger.trying === 1 ? "was" : "were"} missed`}>
          A check was due; they were not reached, and nobody had been told when the day ended.{" "}
          <PageLink href={`/ledger?date=${day.date}&state=trying`}>Show them</PageLink>
        </Alert>
      )}
      {differs && (
        <Alert type="error" header="The account is not what the books say">
          {differs.differences > 0
            ? `By what is known now, ${count(differs.differences, "resident")} stood elsewhere, such as when news of a call came very late.`
            : "Some of its people are missing from the lists."}{" "}
          Operators have been notified.
          <ul>
            {differs.first.map((one) => (
              <li key={one.resident_id}>
                <PageLink href={`/residents/${one.resident_id}`}>Resident {one.resident_id.slice(0, 8)}</PageLink>
                : written {words[one.written].label}, known now {one.found ? words[one.found].label : "none of it"}
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {check && check.forgotten > 0 && (
        <Alert type="info">Of {whole.format(check.forgotten)} of these people nothing is kept any more that could be compared.</Alert>
      )}
    </SpaceBetween>
  );
}
