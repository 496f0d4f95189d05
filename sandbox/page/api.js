// The page's only door to the sandbox server: JSON over HTTP, and the live socket that says what changed.

const FIRST_WAIT = 300; // milliseconds before the first reconnection
const LONGEST_WAIT = 5000; // milliseconds between two attempts, at most

/** The server's refusal, in the server's words. */
export class ApiError extends Error {}

async function answer(response) {
  const body = await response.json().catch(() => ({ ok: false, error: `HTTP ${response.status}` }));
  if (body && body.errors) return body;
  if (!response.ok || (body && body.ok === false))
    throw new ApiError(body.error ?? `HTTP ${response.status}`);
  return body;
}

/** Read something; `query` becomes the query string. Raises ApiError. */
export async function get(path, query = {}) {
  return answer(await fetch(`/ui/${path}?${new URLSearchParams(query)}`));
}

/** Do something as a person. Raises ApiError; field errors of a modal come back as `errors`. */
export async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return answer(await fetch(`/ui/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

/**
 * Follow what changes for one person until `close()`. `onEvent` gets each event; `onState` gets true when the
 * socket opens and false when it is lost (it is tried again, ever more slowly, up to five seconds).
 */
export function live(as, onEvent, onState) {
  let socket = null;
  let wait = FIRST_WAIT;
  let timer = null;
  let closed = false;

  function open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/ui/live?as=${encodeURIComponent(as)}`);
    socket.addEventListener("open", () => {
      wait = FIRST_WAIT;
      if (!closed) onState(true);
    });
    socket.addEventListener("message", (event) => !closed && onEvent(JSON.parse(event.data)));
    socket.addEventListener("close", again);
  }

  function again() {
    if (closed) return;
    onState(false);
    timer = setTimeout(open, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  open();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      socket.close();
    },
  };
}
