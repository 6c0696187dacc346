import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";

/** Keeps a fault of one page to that page. `page` changes when another one is opened, which is a new chance. */
export class ErrorBoundary extends Component<{ page: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: { page: string }) {
    if (this.state.failed && before.page !== this.props.page) this.setState({ failed: false });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    // Mostly a part of the page that is gone from the server because a newer version was put there.
    return (
      <Box padding="l">
        <Alert
          type="error"
          header="This page could not be shown"
          action={<Button onClick={() => window.location.reload()}>Load it again</Button>}
        >
          Nothing that was saved is lost. If it happens again, tell whoever runs this service.
        </Alert>
      </Box>
    );
  }
}
