/** A file on its way to the place that was offered for it. By XMLHttpRequest: fetch does not tell how much is sent. */
import { currentSession, refused } from "../session/session";
import { answer, api } from "./client";
import { Refusal } from "./problem";

/** Asks for a place, and puts the file there. Nothing of it is loaded. The upload's id. */
export async function sendFile(file: File, onProgress: (part: number) => void, signal: AbortSignal): Promise<string> {
  const place = await answer(api.POST("/api/uploads", { body: { file_name: file.name, size: file.size }, signal }));
  const form = new FormData();
  // Before the file: what comes behind it is not read.
  for (const [name, value] of Object.entries(place.fields)) form.append(name, value);
  form.append("file", file);
  await post(place.url, form, onProgress, signal);
  return place.upload_id;
}

function post(url: string, form: FormData, onProgress: (part: number) => void, signal: AbortSignal): Promise<void> {
  const request = new XMLHttpRequest();
  // The token is for this service only. `//host` is another host.
  const own = url.startsWith("/") && !url.startsWith("//");
  const token = currentSession()?.token;
  return new Promise((resolve, reject) => {
    const stop = () => request.abort();
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) onProgress(loaded / total);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve();
      const refusal = own ? Refusal.of(request.status, parsed(request.responseText)) : refusedElsewhere(request.status);
      if (!own || request.status !== 401 || token === undefined) return reject(refusal);
      void refused(token).then((again) => (again ? resolve(post(url, form, onProgress, signal)) : reject(refusal)));
    };
    request.onerror = () => reject(new Refusal(0));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.onloadend = () => signal.removeEventListener("abort", stop);
    if (signal.aborted) return reject(new DOMException("stopped", "AbortError"));
    signal.addEventListener("abort", stop);
    request.open("POST", url);
    if (own && token) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.send(form);
  });
}

/** Other hosts speak to programmers. What they refuse is a place that is closed, or a file that is too large. */
function refusedElsewhere(status: number): Refusal {
  if (status >= 500) return new Refusal(status);
  return new Refusal(409, "The file was not taken. It may be too large, or the place for it was open for too long. Choose it again.");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
