import Box from "@cloudscape-design/components/box";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import { usePage } from "../ui/page";
import { PageLink } from "../ui/PageLink";

/** For an address that leads nowhere. */
export function Nowhere() {
  usePage("Page not found");
  return <Said title="Page not found">There is no page at this address. </Said>;
}

/** For a page that somebody has no business on. The service would not have answered either. */
export function NotYours() {
  usePage("Not for your account");
  return <Said title="Not for your account">Your account does not have the right to open this page. Ask an operator if you need it. </Said>;
}

function Said({ title, children }: { title: string; children: string }) {
  return (
    <ContentLayout header={<Header variant="h1">{title}</Header>}>
      <Box variant="p">{children}<PageLink href="/">Go to the start</PageLink></Box>
    </ContentLayout>
  );
}
