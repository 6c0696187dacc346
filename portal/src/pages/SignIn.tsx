import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { answer, api } from "../api/client";
import { Refusal } from "../api/problem";
import { useConfig } from "../app/context";
import logo from "../icon.svg";
import { lastEnd, startSession } from "../session/session";
import { Failure } from "../ui/Failure";
import { usePage } from "../ui/page";
import { useDeed } from "../ui/use-deed";

/** Who is there? Afterwards the address that was asked for is shown: it has not changed. */
export default function SignIn() {
  usePage("Sign in");
  const { sign_in } = useConfig();
  return (
    <main className="sign-in">
      <SpaceBetween size="l">
        <div className="brand">
          <img src={logo} alt="" width="44" height="44" />
          <div>
            <h1>Rollcall</h1>
            <p>Everyone is called. Everyone is accounted for.</p>
          </div>
        </div>
        {lastEnd() === "expired" && (
          <Alert type="info">You were signed out because your time was up. Sign in again to go on where you were.</Alert>
        )}
        {sign_in.kind === "oidc" ? <WithProvider /> : <WithPassword />}
      </SpaceBetween>
    </main>
  );
}

function WithPassword() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const { busy, failure, run } = useDeed();
  const send = () => run(async () => {
    const { token, name: called, groups } = await answer(api.POST("/api/sign-in", { body: { name: name.trim(), password } }));
    startSession({ token, name: called, groups });
  }, () => setPassword(""));

  const wrong = failure instanceof Refusal && failure.status === 401;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Form>
        <Container
          header={<Header variant="h2">Sign in</Header>}
          footer={<Button variant="primary" formAction="submit" loading={busy} loadingText="Signing in">Sign in</Button>}
        >
          <SpaceBetween size="m">
            {wrong && <Alert type="error">Name and password do not belong together. Check both, and try again.</Alert>}
            {failure !== undefined && !wrong && <Failure failure={failure} />}
            <FormField label="Name">
              <Input value={name} onChange={({ detail }) => setName(detail.value)} autoComplete="username" autoFocus spellcheck={false} disableBrowserAutocorrect />
            </FormField>
            <FormField label="Password">
              <Input type="password" value={password} onChange={({ detail }) => setPassword(detail.value)} autoComplete="current-password" />
            </FormField>
          </SpaceBetween>
        </Container>
      </Form>
    </form>
  );
}

function WithProvider() {
  const config = useConfig();
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const [failure, setFailure] = useState<unknown>();
  const asked = useRef(false);
  const returning = pathname === "/signed-in" && /[?&](code|error)=/.test(search);

  useEffect(() => {
    if (!returning || asked.current) return;
    // The provider's code can be used once; React calls effects twice while developing.
    asked.current = true;
    const finish = async () => {
      try {
        const { returnFromProvider } = await import("../session/oidc");
        const { token, back } = await returnFromProvider(config);
        const me = await answer(api.GET("/api/me", { headers: { Authorization: `Bearer ${token}` } }));
        void navigate(back, { replace: true });
        startSession({ token, received: Date.now(), ...me });
      } catch (refused) {
        setFailure(refused);
      }
    };
    void finish();
  }, [config, navigate, returning]);

  const leave = async () => {
    setFailure(undefined);
    try {
      const { leaveForProvider } = await import("../session/oidc");
      await leaveForProvider(config, pathname === "/signed-in" ? "/" : pathname + search);
    } catch (refused) {
      setFailure(refused);
    }
  };

  return (
    <Container header={<Header variant="h2">Sign in</Header>}>
      <SpaceBetween size="m">
        {failure !== undefined && <Failure failure={failure} />}
        <p>You sign in on the page of your organisation, and come back here.</p>
        <Button variant="primary" loading={returning && failure === undefined} loadingText="Signing in" onClick={() => void leave()}>
          Go to sign in
        </Button>
      </SpaceBetween>
    </Container>
  );
}
