import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { usePage } from "../../ui/page";
import { PageLink } from "../../ui/PageLink";
import { Choose } from "./Choose";

/** The way in for a list of people. */
export default function Upload() {
  usePage("Upload");
  return (
    <ContentLayout header={<Header variant="h1" description="Put a list of people on the register. You see first what would become of each row; nothing is loaded until you say so.">Upload</Header>}>
      <SpaceBetween size="l">
        <Container header={<Header variant="h2">Choose a list</Header>}>
          <Choose label="Choose a CSV file" />
        </Container>
        <Container header={<Header variant="h2">What the file needs</Header>}>
          <ul className="plain">
            <li>A CSV file, as every spreadsheet saves one. Commas, semicolons or tabs between the columns are all understood.</li>
            <li>A first row that names the columns. First name, last name and number are needed; usual other names, such as “Surname” or “Telephone No”, are understood, in any order.</li>
            <li>Also read, where there are such columns: reference, time zone, language, windowStart and windowEnd (the hours for calls, such as 09:00 and 12:30), notes, and consent (yes or no). Other columns are left out.</li>
            <li>At most 128 MB. Somebody who is on the register already stays as they are, so the same list can be sent again.</li>
          </ul>
          <PageLink href="/batches">See what was uploaded before</PageLink>
        </Container>
      </SpaceBetween>
    </ContentLayout>
  );
}
