import AppLayoutToolbar from "@cloudscape-design/components/app-layout-toolbar";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { Suspense, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { endSession, type Session } from "../session/session";
import { zoneName } from "../ui/dates";
import { useFollow } from "../ui/links";
import { useMedia } from "../ui/media";
import { chooseShade, chooseZone, machineZone, useShade } from "../ui/preferences";
import { useZone } from "../ui/Time";
import { Waiting } from "../ui/Waiting";
import { groups as groupWords } from "../ui/words";
import { useAtPhone } from "./at-phone";
import { useConfig } from "./context";
import { ErrorBoundary } from "./ErrorBoundary";
import { DESK, type Place, placeOf, places } from "./navigation";
import { Pages } from "./Pages";
import { Summons, SummonsAloud } from "./Summons";

/** Where the list of pages has room beside the content. */
const ROOM = "(min-width: 912px)";

/** What stands around every page. */
export default function Shell({ session }: { session: Session }) {
  const config = useConfig();
  const follow = useFollow();
  const { pathname } = useLocation();
  const wide = useMedia(ROOM);
  // Two answers: a narrow window closes the list of pages by itself, which is nobody's wish for a wide one. Whoever
  // turns a tablet, or zooms in and out again, finds it as it was.
  const [open, setOpen] = useState({ wide: true, narrow: false });
  const show = (shown: boolean) => setOpen((was) => ({ ...was, [wide ? "wide" : "narrow"]: shown }));
  const mine = places(session.groups, config);
  const place = placeOf(pathname);
  const elsewhere = place?.path !== DESK && mine.some(({ path }) => path === DESK);
  const atPhone = useAtPhone(elsewhere);

  return (
    <>
      <a className="skip" href="#content">Skip to the content</a>
      <SummonsAloud at={atPhone} />
      <div id="top">
        <Top session={session} />
      </div>
      <AppLayoutToolbar
        headerSelector="#top"
        toolsHide
        navigationOpen={wide ? open.wide : open.narrow}
        onNavigationChange={({ detail }) => show(detail.open)}
        ariaLabels={{ navigation: "Pages", notifications: "At the phone", navigationToggle: "Show the pages", navigationClose: "Hide the pages" }}
        navigation={
          <SideNavigation
            activeHref={place?.path ?? pathname}
            onFollow={(event) => {
              follow(event);
              if (!wide) show(false);
            }}
            items={mine.map(({ path, label }) => ({ type: "link", text: label, href: path }))}
          />
        }
        stickyNotifications
        notifications={atPhone && <Summons at={atPhone} />}
        breadcrumbs={place && <BreadcrumbGroup ariaLabel="Where you are" onFollow={follow} items={trail(place, pathname)} />}
        content={
          <div id="content" tabIndex={-1}>
            <ErrorBoundary page={pathname}>
              <Suspense fallback={<Waiting />}>
                <Pages groups={session.groups} />
              </Suspense>
            </ErrorBoundary>
          </div>
        }
      />
    </>
  );
}

/** The way back up. Who is looked at is said by the page itself. */
function trail(place: Place, pathname: string): { text: string; href: string }[] {
  const here = { text: place.label, href: place.path };
  return pathname === place.path ? [here] : [here, { text: place.single ?? place.label, href: pathname }];
}

function Top({ session }: { session: Session }) {
  const config = useConfig();
  const navigate = useNavigate();
  const shade = useShade();
  const zone = useZone();
  const zones = [...new Set([machineZone(), config.timezone, "UTC"])];
  const other = shade === "dark" ? "light" : "dark";

  return (
    <TopNavigation
      identity={{
        href: "/",
        title: "Rollcall",
        onFollow: (event) => {
          event.preventDefault();
          void navigate("/");
        },
      }}
      i18nStrings={{
        searchIconAriaLabel: "Search",
        searchDismissIconAriaLabel: "Close search",
        overflowMenuTriggerText: "More",
        overflowMenuTitleText: "All",
        overflowMenuBackIconAriaLabel: "Back",
        overflowMenuDismissIconAriaLabel: "Close",
      }}
      utilities={[
        {
          type: "menu-dropdown",
          text: zoneName(zone),
          ariaLabel: `Times are in ${zoneName(zone)}. Change`,
          items: zones.map((id) => ({ id, text: zoneName(id), itemType: "checkbox", checked: id === zone })),
          onItemClick: ({ detail }) => chooseZone(detail.id),
        },
        { type: "button", text: other === "dark" ? "Dark mode" : "Light mode", onClick: () => chooseShade(other) },
        {
          type: "menu-dropdown",
          text: session.name,
          description: session.groups.map((group) => groupWords[group].label).join(", "),
          iconName: "user-profile",
          items: [{ id: "sign-out", text: "Sign out" }],
          onItemClick: () => {
            endSession("signed-out");
            void navigate("/");
          },
        },
      ]}
    />
  );
}
