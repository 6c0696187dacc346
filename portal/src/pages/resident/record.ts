import { answer, answered, api } from "../../api/client";
import type { Detail } from "../../api/types";
import { type Loaded, useLoad } from "../../api/use-load";

/** A resident as the service told last, and the mark of that version: a change is refused if there is a newer one. */
export interface Record {
  resident: Detail;
  etag: string;
}

/** Without an id nothing is fetched: it is not known yet whose record it will be. */
export function useRecord(id: string | undefined): Loaded<Record | undefined> {
  return useLoad<Record | undefined>(`${id}`, async (signal) => {
    if (id === undefined) return undefined;
    const { data, response } = await answered(api.GET("/api/residents/{id}", { params: { path: { id } }, signal }));
    return { resident: data, etag: response.headers.get("ETag") ?? `"${data.version}"` };
  });
}

export function fullName({ first_name, last_name }: Pick<Detail, "first_name" | "last_name">): string {
  return `${first_name} ${last_name}`.trim();
}

/** Adds a note for colleagues. */
export function note(id: string, text: string): Promise<unknown> {
  return answer(api.POST("/api/residents/{id}/notes", { params: { path: { id } }, body: { text } }));
}
