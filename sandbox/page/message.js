// One message: who, when, the blocks or the text, reactions, and the tools that appear when it is pointed at.

import { post } from "./api.js";
import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { timeNode } from "./dates.js";
import { h, icon } from "./dom.js";
import { emoji } from "./emoji.js";
import { openMenu } from "./menu.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { nameOf, person, session } from "./session.js";
import { attempt } from "./toast.js";
import { valuesIn } from "./values.js";

const QUICK = ["white_check_mark", "eyes", "raised_hand", "tada"];

/** Draw a message of a channel; `pinned` says whether it is pinned there, `kept` what was chosen in it before. */
export function drawMessage(message, channel, pinned, kept) {
  const node = h("div", {
    class: `message${message.ephemeral ? " ephemeral" : ""}${pinned ? " pinned" : ""}`,
    role: "article",
    tabindex: "-1",
    "data-testid": "message",
    "data-ts": message.ts,
  });
  const body = h(
    "div",
    { class: "message-body" },
    byline(message),
    notes(message, pinned),
    content(message, channel, node, kept),
  );
  body.append(...files(message), ...reactions(message, channel));
  node.append(avatar(author(message)), body);
  if (!message.ephemeral) node.append(tools(message, channel, pinned));
  return node;
}

function author(message) {
  if (message.bot) return { name: session.sidebar.app.name, app: true };
  return person(message.user) ?? { name: message.name ?? nameOf(message.user) };
}

/** The name under which a message stands. */
export function authorOf(message) {
  const who = author(message);
  return who.real_name || who.name;
}

function byline(message) {
  return h(
    "div",
    { class: "byline" },
    h("span", { class: "author" }, authorOf(message)),
    message.bot && h("span", { class: "badge" }, "APP"),
    timeNode(Number(message.ts), "{time}", "when"),
    message.edited && message.blocks?.length > 0 && h("span", { class: "edited" }, "(edited)"),
  );
}

function notes(message, pinned) {
  if (message.ephemeral)
    return h("div", { class: "note", "data-testid": "ephemeral" }, icon("lock"), "Only visible to you");
  if (message.thread_ts && message.thread_ts !== message.ts)
    return h("div", { class: "note" }, "In a thread");
  return pinned && h("div", { class: "note pin" }, icon("pin"), "Pinned");
}

function content(message, channel, node, kept) {
  const edited = message.edited && h("span", { class: "edited" }, " (edited)");
  if (!message.blocks?.length && !message.text && message.files?.length) return null;
  if (!message.blocks?.length) return h("div", { class: "text" }, mrkdwn(message.text ?? ""), edited);
  const owner = { act: (action, element) => act(message, channel, node, action, element) };
  return h("div", { class: "blocks" }, drawBlocks(message.blocks, owner, kept), edited);
}

async function act(message, channel, node, action, element) {
  const container = { type: "message", channel: channel.id, ts: message.ts };
  element.setAttribute("aria-busy", "true");
  await attempt(() =>
    post("action", { as: session.me.id, container, action, state: { values: valuesIn(node) } }),
  );
  element.removeAttribute("aria-busy");
}

function files(message) {
  if (!message.files?.length) return [];
  const rows = message.files.map((each) => {
    const href = `/ui/file/${encodeURIComponent(each.id)}?${new URLSearchParams({ as: session.me.id })}`;
    const size = each.size < 1024 ? `${each.size} bytes` : `${Math.round(each.size / 1024)} kB`;
    return h(
      "li",
      {},
      h("a", { href, download: each.name, class: "file", "data-testid": "file" }, icon("file"), plain(each.title)),
      h("span", { class: "file-size" }, ` ${size}`),
    );
  });
  return [h("ul", { class: "files", "aria-label": "Files" }, rows)];
}

function reactions(message, channel) {
  if (!message.reactions?.length) return [];
  return [
    h(
      "div",
      { class: "reactions" },
      message.reactions.map((each) => reaction(each, message, channel)),
    ),
  ];
}

function reaction({ name, users }, message, channel) {
  const mine = users.includes(session.me.id);
  const who = users.map(nameOf).join(", ");
  const toggle = () => react(message, channel, name);
  return h(
    "button",
    {
      type: "button",
      class: "reaction",
      "aria-pressed": String(mine),
      title: `${who}: ${name}`,
      onclick: toggle,
    },
    plain(`:${name}:`),
    h("span", {}, String(users.length)),
  );
}

function react(message, channel, name) {
  return attempt(() => post("react", { as: session.me.id, channel: channel.id, ts: message.ts, name }));
}

// --- the tools over a message -------------------------------------------------------------------

function tools(message, channel, pinned) {
  const pin = () => attempt(() => post("pin", { as: session.me.id, channel: channel.id, ts: message.ts }));
  const bar = h("div", { class: "tools", role: "toolbar", "aria-label": "Message tools" });
  const tool = (label, face, press, more = {}) =>
    h(
      "button",
      { type: "button", class: "tool", "aria-label": label, title: label, onclick: press, ...more },
      face,
    );
  bar.append(
    ...QUICK.map((name) =>
      tool(`React with ${name.replace(/_/g, " ")}`, emoji(name), () => react(message, channel, name)),
    ),
    tool(pinned ? "Unpin" : "Pin to channel", icon("pin"), pin),
  );
  const own = session.sidebar.shortcuts.filter(({ type }) => type === "message");
  const more = { "aria-haspopup": "menu", "data-testid": "message-shortcuts" };
  const open = (event) =>
    openMenu(
      event.currentTarget,
      own.map((each) => entry(each, message, channel)),
      "Message shortcuts",
    );
  if (own.length > 0) bar.append(tool("More: message shortcuts", icon("more"), open, more));
  return bar;
}

function entry(shortcut, message, channel) {
  const body = { callback_id: shortcut.callback_id, message: { channel: channel.id, ts: message.ts } };
  return {
    label: shortcut.name,
    choose: () => attempt(() => post("shortcut", { as: session.me.id, ...body })),
  };
}
