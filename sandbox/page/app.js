// Wires the page: reads its address, keeps the person and the place, and sends each live event where it belongs.

import { get, live } from "./api.js";
import { forget, pointAt, showChannel } from "./channel.js";
import { drawComposer, hideComposer } from "./composer.js";
import { refreshTimes } from "./dates.js";
import { openHome, refreshHome } from "./home.js";
import { showView } from "./modal.js";
import { channelOf, learn, onAsk, session } from "./session.js";
import { drawSidebar } from "./sidebar.js";
import { attempt, toast } from "./toast.js";

const FRESHEN = 15_000; // milliseconds between two looks at the clock

let line = null; // the live socket of the person looking

// --- the address --------------------------------------------------------------------------------

function readAddress() {
  const query = new URLSearchParams(location.search);
  return { as: query.get("as"), channel: query.get("channel"), home: query.has("home") };
}

function writeAddress({ replace = false } = {}) {
  const query = new URLSearchParams({ as: session.me.name });
  if (session.channel === null) query.set("home", "1");
  else query.set("channel", channelOf(session.channel)?.name ?? session.channel);
  const change = replace ? "replaceState" : "pushState";
  if (location.search !== `?${query}`) history[change](null, "", `?${query}`);
  document.title = `${session.channel === null ? session.sidebar.app.name : `#${query.get("channel")}`} · Sandbox workspace`;
}

// --- moving -------------------------------------------------------------------------------------

async function become(name) {
  session.me =
    session.people.find((each) => each.name === name) ?? session.people.find((each) => !each.deleted);
  session.unread.clear();
  line?.close();
  showView(null);
  forget();
  await loadSidebar();
  line = live(session.me.id, onEvent, onState);
}

async function loadSidebar() {
  const as = session.me.id;
  const sidebar = await get("sidebar", { as });
  if (session.me.id !== as) return;
  learn(sidebar);
  drawSidebar();
}

/** Where to begin: what the address says, else the first channel the person is in. */
function startingPoint(wanted) {
  const { channels } = session.sidebar;
  const named = channels.find(({ id, name }) => name === wanted || id === wanted);
  return named ?? channels.find((each) => each.is_member && !each.is_archived) ?? channels[0];
}

async function openChannel({ id, ts }, { replace = false } = {}) {
  session.channel = id;
  session.unread.delete(id);
  show("messages");
  writeAddress({ replace });
  drawSidebar();
  const channel = await showChannel(id, { fresh: true });
  if (!channel) return;
  drawComposer(channel);
  if (ts) pointAt(ts);
}

async function openAppHome({ replace = false } = {}) {
  session.channel = null;
  show("home");
  forget();
  hideComposer();
  writeAddress({ replace });
  drawSidebar();
  await openHome();
}

function show(what) {
  document.body.classList.remove("sidebar-open");
  document.getElementById("messages").hidden = what !== "messages";
  document.getElementById("home").hidden = what !== "home";
}

async function goToAddress() {
  const { as, channel, home } = readAddress();
  if (!session.me || session.me.name !== as) await become(as);
  const place = startingPoint(channel);
  if (home || !place) await openAppHome({ replace: true });
  else await openChannel(place, { replace: true });
}

// --- what happens meanwhile ---------------------------------------------------------------------

const changed = new Set(); // what to load again: "sidebar", "home", or a channel's id
let loading = false;

/** Load what changed, one thing at a time; what changes meanwhile is loaded once more, not once per change. */
async function reload(what) {
  changed.add(what);
  if (loading) return;
  loading = true;
  for (const next of changed) {
    changed.delete(next);
    await attempt(() => reloadOne(next));
  }
  loading = false;
}

async function reloadOne(what) {
  if (what === "sidebar") return loadSidebar();
  if (what === "home") return session.channel === null && refreshHome();
  if (what !== session.channel) return markUnread(what);
  if (!channelOf(what)) return openChannel(startingPoint(null)); // taken out of a private channel
  const channel = await showChannel(what);
  return channel && drawComposer(channel);
}

function markUnread(id) {
  if (!channelOf(id)?.is_member || session.unread.has(id)) return;
  session.unread.add(id);
  drawSidebar();
}

function onEvent(event) {
  if (event.type === "view") showView(event.view);
  else if (event.type === "toast") toast(event.text);
  else if (event.type === "channel") reload(event.id);
  else reload(event.type);
  // membership decides whether one may write, and it is told as a change of the sidebar
  if (event.type === "sidebar" && session.channel) reload(session.channel);
}

function onState(open) {
  document.body.classList.toggle("offline", !open);
  if (!open) return;
  reload("sidebar");
  reload(session.channel ?? "home");
}

// --- start --------------------------------------------------------------------------------------

onAsk("open-channel", (where) => attempt(() => openChannel(where)));
onAsk("open-home", () => attempt(() => openAppHome()));
onAsk("become", ({ name }) =>
  attempt(async () => {
    const place = session.channel;
    await become(name);
    const same = channelOf(place);
    if (place === null) await openAppHome();
    else await openChannel(same ?? startingPoint(null));
  }),
);
window.addEventListener("popstate", () => attempt(goToAddress));
document
  .getElementById("scrim")
  .addEventListener("click", () => document.body.classList.remove("sidebar-open"));
setInterval(() => document.hidden || refreshTimes(), FRESHEN);

await attempt(async () => {
  session.people = await get("people");
  await goToAddress();
});
