import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";
import { answer, api } from "../../api/client";
import type { User } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { useSession } from "../../session/session";
import { ListTable } from "../../ui/ListTable";
import { usePage } from "../../ui/page";
import { usePaging } from "../../ui/paging";
import { Time } from "../../ui/Time";
import { groups as words } from "../../ui/words";
import { AddUser, ChangeUser, RemoveUser } from "./dialogs";

type Asking = { what: "add" } | { what: "change" | "remove"; user: User };

/** The accounts of this machine. */
export default function Users() {
  usePage("Users");
  const [asking, setAsking] = useState<Asking>();
  const me = useSession()?.name;
  const paging = usePaging();
  const query = paging.cursor === undefined ? {} : { cursor: paging.cursor };
  const loaded = useLoad(`users ${paging.cursor}`, (signal) => answer(api.GET("/api/users", { params: { query }, signal })));
  const close = () => setAsking(undefined);
  const done = () => {
    close();
    loaded.reload();
  };

  // Somebody else may have changed the account since the question was asked.
  const latest = (user: User) => loaded.value?.items.find(({ name }) => name === user.name) ?? user;

  const columns: TableProps.ColumnDefinition<User>[] = [
    { id: "name", header: "Name", isRowHeader: true, minWidth: 140, cell: (it) => (it.name === me ? `${it.name} (you)` : it.name) },
    { id: "groups", header: "Rights", minWidth: 160, cell: (it) => it.groups.map((group) => words[group].label).join(", ") || "None" },
    { id: "since", header: "Since", minWidth: 165, cell: (it) => <Time at={it.since} /> },
    {
      id: "do",
      header: "Actions",
      minWidth: 170,
      cell: (it) => (
        <SpaceBetween direction="horizontal" size="s">
          <Button variant="inline-link" ariaLabel={`Change ${it.name}`} onClick={() => setAsking({ what: "change", user: it })}>Change</Button>
          {it.name !== me && <Button variant="inline-link" ariaLabel={`Remove ${it.name}`} onClick={() => setAsking({ what: "remove", user: it })}>Remove</Button>}
        </SpaceBetween>
      ),
    },
  ];
  return (
    <ContentLayout
      header={
        <Header variant="h1" description="Who may sign in, and what they may do." actions={<Button variant="primary" onClick={() => setAsking({ what: "add" })}>Add a user</Button>}>
          Users
        </Header>
      }
    >
      <ListTable loaded={loaded} things="users" trackBy="name" columnDefinitions={columns} paging={paging} empty="There are no users." />
      {asking?.what === "add" && <AddUser onClose={close} onDone={done} />}
      {asking?.what === "change" && <ChangeUser user={latest(asking.user)} onClose={close} onDone={done} onStale={loaded.reload} />}
      {asking?.what === "remove" && <RemoveUser user={asking.user} onClose={close} onDone={done} />}
    </ContentLayout>
  );
}
