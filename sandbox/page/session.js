// Who is looking, at what, and what the workspace is called: the state that the page's parts share.
// It changes here and in app.js only; the other modules read it and ask for moves by `ask`.

export const session = {
  me: null, // the person, as /ui/people gives them
  people: [], // everybody
  sidebar: { channels: [], app: { id: "", name: "App" }, people: {}, groups: {}, shortcuts: [], slash: [] },
  channel: null, // the id of the open channel, or null while the app's Home is open
  names: "", // every name that a message may mention: when it changes, messages are drawn again
  unread: new Set(), // ids of the channels where something happened since they were last open
};

const bus = new EventTarget();

/** Ask app.js for something: `open-channel` {id, ts?}, `open-home`, `become` {name}. */
export function ask(what, detail = {}) {
  bus.dispatchEvent(new CustomEvent(what, { detail }));
}

/** Answer what the others ask for. */
export function onAsk(what, answer) {
  bus.addEventListener(what, (event) => answer(event.detail));
}

/** Take what the server says about the workspace. */
export function learn(sidebar) {
  const { channels, people, groups, shortcuts } = sidebar;
  session.sidebar = sidebar;
  session.names = JSON.stringify([channels.map(({ id, name }) => [id, name]), people, groups, shortcuts]);
}

/** A person's record, or undefined for a bot or a stranger. */
export function person(id) {
  return session.people.find((each) => each.id === id);
}

/** The name to show for a user id. */
export function nameOf(id) {
  return (
    session.sidebar.people[id] ??
    person(id)?.name ??
    (id === session.sidebar.app.bot_user ? session.sidebar.app.name : id)
  );
}

/** A channel that the person may see, or undefined. */
export function channelOf(id) {
  return session.sidebar.channels.find((each) => each.id === id);
}

/** The time zone of the person looking (IANA name). */
export function zone() {
  return session.me?.tz || "UTC";
}

/**
 * What a link to a channel or message of this workspace points at, as {id, ts?}; null for any other address.
 * Slack's own forms are understood, so that a bot's "open the channel" button stays inside the page.
 */
export function insideLink(href) {
  const url = new URL(href);
  const ours =
    url.host === location.host || url.hostname === "slack.com" || url.hostname.endsWith(".slack.com");
  if (!ours) return null;
  const archive = /\/(?:archives|client\/\w+)\/([CG]\w+)(?:\/p(\d{10})(\d{6}))?/.exec(url.pathname);
  if (archive) return { id: archive[1], ts: archive[2] && `${archive[2]}.${archive[3]}` };
  const redirect = url.pathname.endsWith("/app_redirect") && url.searchParams.get("channel");
  return redirect ? { id: redirect } : null;
}
