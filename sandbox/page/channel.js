// The middle of the page: a channel's header, its pinned messages and its messages. Redraws only the messages that
// changed, so that a choice half made or a focused button survives somebody else's message.

import { get } from "./api.js";
import { dayOf } from "./dates.js";
import { fill, h, icon } from "./dom.js";
import { authorOf, drawMessage } from "./message.js";
import { link, mrkdwn, plain } from "./mrkdwn.js";
import { nameOf, session } from "./session.js";
import { keepFocus, valuesIn } from "./values.js";

const GROUP = 300; // seconds within which messages of one author stand under one name
const NEAR = 80; // pixels from the end within which new messages pull the view along

const list = () => document.getElementById("messages");
let drawn = new Map(); // key of a message -> {json, node}

/** Load a channel and draw it; the answer is what the server said, or null when another one was opened meanwhile. */
export async function showChannel(id, { fresh = false } = {}) {
  const as = session.me.id;
  const channel = await get("channel", { as, id });
  if (session.channel !== id || session.me.id !== as) return null;
  const atEnd = fresh || list().scrollHeight - list().scrollTop - list().clientHeight < NEAR;
  if (fresh) forget();
  drawHeader(channel);
  drawPins(channel);
  drawMessages(channel);
  if (atEnd) list().scrollTop = list().scrollHeight;
  return channel;
}

/** Drop what is drawn: the next channel starts clean. */
export function forget() {
  drawn = new Map();
  fill(list());
  fill(document.getElementById("pins"));
}

/** Bring a message into view and point at it. */
export function pointAt(ts) {
  const node = list().querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  if (!node) return;
  node.scrollIntoView({ block: "center" });
  node.classList.remove("pointed");
  requestAnimationFrame(() => node.classList.add("pointed"));
}

function drawHeader(channel) {
  const members = channel.members.map(nameOf).join(", ");
  const count = h(
    "span",
    { class: "members", title: members, "data-testid": "members" },
    icon("users"),
    String(channel.members.length),
  );
  count.setAttribute("aria-label", `${channel.members.length} members: ${members}`);
  const title = h(
    "h1",
    { "data-testid": "channel-name" },
    icon(channel.is_private ? "lock" : "hash"),
    channel.name,
  );
  const topic = h("div", { class: "topic", "data-testid": "topic" }, mrkdwn(channel.topic ?? ""));
  const row = h("div", { class: "header-row" }, menuButton(), title, topic, count);
  const bookmarks = (channel.bookmarks ?? []).map((each) =>
    h("li", {}, link(each.link, [icon("bookmark"), plain(each.title)])),
  );
  fill(
    document.getElementById("header"),
    row,
    bookmarks.length > 0 && h("ul", { class: "bookmarks", "aria-label": "Bookmarks" }, bookmarks),
  );
}

/** The button that brings the sidebar in on a narrow screen. */
export function menuButton() {
  const open = () => document.body.classList.toggle("sidebar-open");
  return h(
    "button",
    { type: "button", class: "quiet menu-button", "aria-label": "Show the sidebar", onclick: open },
    icon("menu"),
  );
}

function drawPins(channel) {
  const holder = document.getElementById("pins");
  const pinned = (channel.pins ?? [])
    .map((ts) => channel.messages.find((each) => each.ts === ts))
    .filter(Boolean);
  const open = holder.querySelector("details")?.open ?? false;
  if (pinned.length === 0) return fill(holder);
  const rows = pinned.map((message) => {
    const words = (message.text || "A message without words").split("\n")[0];
    const go = () => pointAt(message.ts);
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "pin-row", onclick: go },
        h("b", {}, authorOf(message)),
        " ",
        mrkdwn(words),
      ),
    );
  });
  const summary = h("summary", {}, icon("pin"), `${pinned.length} pinned`);
  return fill(holder, h("details", { open, "data-testid": "pins" }, summary, h("ul", {}, rows)));
}

function drawMessages(channel) {
  const backToFocus = keepFocus(list());
  const next = new Map();
  const nodes = [];
  let before = null;
  for (const message of channel.messages) {
    const key = `${message.ts}${message.ephemeral ? " ephemeral" : ""}`;
    const entry = reuse(key, message, channel);
    next.set(key, entry);
    if (!before || dayOf(Number(before.ts)) !== dayOf(Number(message.ts))) nodes.push(dayLine(message.ts));
    entry.node.classList.toggle("grouped", follows(before, message));
    nodes.push(entry.node);
    before = message;
  }
  if (nodes.length === 0)
    nodes.push(
      h("p", { class: "empty" }, "Nothing here yet. Say something, or type / for the app's commands."),
    );
  settle(nodes);
  drawn = next;
  backToFocus();
}

function reuse(key, message, channel) {
  const pinned = (channel.pins ?? []).includes(message.ts);
  const json = JSON.stringify([message, pinned, session.names]);
  const old = drawn.get(key);
  if (old?.json === json) return old;
  return { json, node: drawMessage(message, channel, pinned, old ? valuesIn(old.node) : {}) };
}

/** Put the nodes in order and touch only those that moved: a node that stays keeps its focus and its menus. */
function settle(nodes) {
  const keep = new Set(nodes);
  for (const old of [...list().childNodes]) if (!keep.has(old)) old.remove();
  nodes.forEach((node, at) => {
    if (list().childNodes[at] !== node) list().insertBefore(node, list().childNodes[at] ?? null);
  });
}

function dayLine(ts) {
  return h("div", { class: "day", role: "separator" }, h("span", {}, dayOf(Number(ts))));
}

function follows(before, message) {
  const same =
    before && before.user === message.user && before.bot === message.bot && before.name === message.name;
  const plainOnes =
    same && !message.ephemeral && !before.ephemeral && dayOf(Number(before.ts)) === dayOf(Number(message.ts));
  return Boolean(plainOnes && message.ts - before.ts < GROUP);
}
