import { lazy, type ReactNode } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";
import type { Group } from "../api/types";
import { Nowhere, NotYours } from "../pages/Nowhere";
import { useConfig } from "./context";
import { placeOf, places } from "./navigation";

const Desk = lazy(() => import("../pages/desk/Desk"));
const Overview = lazy(() => import("../pages/overview/Overview"));
const Ledger = lazy(() => import("../pages/ledger/Ledger"));
const Residents = lazy(() => import("../pages/residents/Residents"));
const Resident = lazy(() => import("../pages/resident/Resident"));
const Worklist = lazy(() => import("../pages/worklist/Worklist"));
const Case = lazy(() => import("../pages/worklist/Case"));
const Upload = lazy(() => import("../pages/upload/Upload"));
const Preview = lazy(() => import("../pages/upload/Preview"));
const Batches = lazy(() => import("../pages/batches/Batches"));
const Batch = lazy(() => import("../pages/batches/Batch"));
const Suppressions = lazy(() => import("../pages/suppressions/Suppressions"));
const Operations = lazy(() => import("../pages/Operations"));
const Letter = lazy(() => import("../pages/operations/letter/Letter"));
const Audit = lazy(() => import("../pages/Audit"));
const Users = lazy(() => import("../pages/users/Users"));

/** The page that the address names. */
export function Pages({ groups }: { groups: Group[] }) {
  const config = useConfig();
  const { pathname } = useLocation();
  const mine = places(groups, config);
  const place = placeOf(pathname);
  if (place && !mine.includes(place)) return <NotYours />;
  const home: ReactNode = mine[0] ? <Navigate to={mine[0].path} replace /> : <NotYours />;
  return (
    <Routes>
      <Route path="/" element={home} />
      <Route path="/signed-in" element={home} />
      <Route path="/desk" element={<Desk />} />
      <Route path="/overview" element={<Overview />} />
      <Route path="/ledger" element={<Ledger />} />
      <Route path="/residents" element={<Residents />} />
      <Route path="/residents/:id" element={<Resident />} />
      <Route path="/worklist" element={<Worklist />} />
      <Route path="/worklist/:id" element={<Case />} />
      <Route path="/upload" element={<Upload />} />
      <Route path="/upload/:id" element={<Preview />} />
      <Route path="/batches" element={<Batches />} />
      <Route path="/batches/:id" element={<Batch />} />
      <Route path="/suppressions" element={<Suppressions />} />
      <Route path="/operations" element={<Operations />} />
      <Route path="/operations/letters/:id" element={<Letter />} />
      <Route path="/audit" element={<Audit />} />
      <Route path="/users" element={<Users />} />
      <Route path="*" element={<Nowhere />} />
    </Routes>
  );
}
