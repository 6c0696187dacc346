import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { answer, api } from "../../api/client";
import type { Group, User } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { GROUPS, groups as words } from "../../ui/words";

interface Asked {
  onClose: () => void;
  onDone: () => void;
}

export function AddUser({ onClose, onDone }: Asked) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [groups, setGroups] = useState<Group[]>([]);
  const perform = async () => {
    await answer(api.POST("/api/users", { body: { name: name.trim(), password, groups } }));
    onDone();
  };
  return (
    <Dialog title="Add a user" action="Add" perform={perform} onClose={onClose} ready={name.trim() !== "" && password !== "" && groups.length > 0}>
      {(refusal) => (
        <>
          <FormField label="Name" description="They sign in with it: small letters, digits, and the signs . _ - @" errorText={refusal?.about("name")} stretch>
            <Input value={name} onChange={({ detail }) => setName(detail.value)} autoComplete={false} spellcheck={false} />
          </FormField>
          <NewPassword label="Password" note="At least 10 characters." value={password} onChange={setPassword} wrong={refusal?.about("password")} />
          <Rights chosen={groups} onChange={setGroups} wrong={refusal?.about("groups")} />
        </>
      )}
    </Dialog>
  );
}

export function ChangeUser({ user, onClose, onDone, onStale }: Asked & { user: User; onStale: () => void }) {
  const [password, setPassword] = useState("");
  const [groups, setGroups] = useState<Group[]>(user.groups);
  const perform = async () => {
    const params = { path: { name: user.name }, header: { "If-Match": `"${user.version}"` } };
    await answer(api.PUT("/api/users/{name}", { params, body: { groups, ...(password !== "" && { password }) } }));
    onDone();
  };
  return (
    <Dialog title={`Change ${user.name}`} action="Save" perform={perform} onClose={onClose} onStale={onStale} ready={groups.length > 0}>
      {(refusal) => (
        <>
          <p>They are signed out, and sign in again with what is set here.</p>
          <Rights chosen={groups} onChange={setGroups} wrong={refusal?.about("groups")} />
          <NewPassword label="New password" value={password} onChange={setPassword} wrong={refusal?.about("password")} note="At least 10 characters. Leave it empty to keep the present one." />
        </>
      )}
    </Dialog>
  );
}

export function RemoveUser({ user, onClose, onDone }: Asked & { user: User }) {
  const perform = async () => {
    await answer(api.DELETE("/api/users/{name}", { params: { path: { name: user.name } } }));
    onDone();
  };
  return (
    <Dialog title={`Remove ${user.name}?`} action="Remove" perform={perform} onClose={onClose}>
      {() => <p>They cannot sign in any more. What they did stays in the audit log.</p>}
    </Dialog>
  );
}

function NewPassword({ label, value, onChange, wrong, note }: { label: string; value: string; onChange: (value: string) => void; wrong: string | undefined; note?: string }) {
  return (
    <FormField label={label} description={note} errorText={wrong} stretch>
      <Input type="password" value={value} onChange={({ detail }) => onChange(detail.value)} autoComplete="new-password" />
    </FormField>
  );
}

function Rights({ chosen, onChange, wrong }: { chosen: Group[]; onChange: (groups: Group[]) => void; wrong: string | undefined }) {
  return (
    <FormField label="Rights" errorText={wrong}>
      <div role="group" aria-label="Rights">
        <SpaceBetween size="xs">
          {GROUPS.map((group) => (
            <Checkbox
              key={group}
              checked={chosen.includes(group)}
              description={words[group].meaning}
              onChange={({ detail }) => onChange(GROUPS.filter((it) => (it === group ? detail.checked : chosen.includes(it))))}
            >
              {words[group].label}
            </Checkbox>
          ))}
        </SpaceBetween>
      </div>
    </FormField>
  );
}
