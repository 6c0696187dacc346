import { useState } from "react";
import { useNavigate } from "react-router";
import { answer, api } from "../../api/client";

/** Has an upload loaded, and goes where that can be followed. */
export function useLoading(id: string) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const start = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      const { batch_id } = await answer(api.POST("/api/uploads/{id}/load", { params: { path: { id } } }));
      await navigate(`/batches/${batch_id}`);
    } catch (refused) {
      setFailure(refused);
      setBusy(false);
    }
  };
  return { busy, failure, start };
}
