// The left side: who is looking, the channels, and the app with its Home and its global shortcuts.

import { post } from "./api.js";
import { avatar } from "./avatar.js";
import { fill, h, icon } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { ask, session } from "./session.js";
import { attempt } from "./toast.js";

const CONNECTED = {
  socket: "connected by Socket Mode",
  http: "connected over HTTP",
  none: "not connected: start the bot",
};

let drawn = ""; // what the sidebar was last drawn from: an open select is not taken from under somebody's hand

/** Draw the sidebar from what the session knows, if that changed; the keyboard stays where it was. */
export function drawSidebar() {
  const now = JSON.stringify([session.sidebar, session.me, session.channel, [...session.unread]]);
  if (now === drawn) return;
  drawn = now;
  const focused = document.activeElement?.id;
  draw(session.sidebar.channels);
  if (focused) document.getElementById(focused)?.focus();
}

function draw(channels) {
  const active = channels.filter((each) => each.is_member && !each.is_archived);
  const others = channels.filter((each) => !each.is_member && !each.is_archived);
  const archived = channels.filter((each) => each.is_archived);
  const wasOpen = document.querySelector("#archived")?.open ?? false;
  fill(
    document.getElementById("sidebar"),
    workspace(),
    h(
      "div",
      { class: "sidebar-scroll" },
      app(),
      group("Channels", active),
      others.length > 0 && group("More channels", others),
      archived.length > 0 &&
        h(
          "details",
          { id: "archived", open: wasOpen },
          h("summary", {}, "Archived"),
          h("ul", {}, archived.map(row)),
        ),
    ),
    whoAmI(),
  );
}

function workspace() {
  const here = h("span", { class: "live", id: "live", title: "The page is connected to the sandbox" });
  return h("div", { class: "workspace-name" }, h("strong", {}, "Sandbox workspace"), here);
}

function whoAmI() {
  const become = (event) => ask("become", { name: event.target.value });
  const select = h("select", { id: "person", onchange: become });
  for (const each of session.people.filter(({ deleted }) => !deleted)) {
    const kind = each.is_restricted ? " · guest" : "";
    select.append(
      h(
        "option",
        { value: each.name, selected: each.id === session.me.id },
        `${each.real_name || each.name}${kind}`,
      ),
    );
  }
  const zone = h("span", { class: "zone" }, session.me.tz ?? "");
  const words = h("span", { class: "who-words" }, h("label", { for: "person" }, "You are"), select, zone);
  return h("div", { class: "who" }, avatar(session.me, "big"), words);
}

function app() {
  const { app: it, shortcuts, connected } = session.sidebar;
  const state = CONNECTED[connected] ?? CONNECTED.none;
  const dot = h("span", {
    class: `dot ${CONNECTED[connected] ? connected : "none"}`,
    role: "img",
    "aria-label": state,
    title: state,
  });
  const home = h(
    "button",
    {
      type: "button",
      class: "row",
      id: "row-home",
      "data-testid": "open-home",
      "aria-current": session.channel === null ? "page" : undefined,
      onclick: () => ask("open-home"),
    },
    icon("home"),
    h("span", { class: "row-name" }, "Home"),
  );
  const own = shortcuts.filter(({ type }) => type === "global");
  return h(
    "section",
    { "aria-label": "App" },
    h("h2", {}, plain(it.name), dot),
    connected === "none" && h("p", { class: "state" }, state),
    h("ul", {}, h("li", {}, home), own.map(shortcut)),
  );
}

function shortcut({ callback_id: id, name }) {
  const run = () => attempt(() => post("shortcut", { as: session.me.id, callback_id: id }));
  const face = [icon("bolt"), h("span", { class: "row-name" }, name)];
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "row", id: `row-${id}`, "data-testid": "shortcut", onclick: run },
      face,
    ),
  );
}

function group(title, channels) {
  return h("section", { "aria-label": title }, h("h2", {}, title), h("ul", {}, channels.map(row)));
}

function row(channel) {
  const unread = session.unread.has(channel.id);
  const classes = [
    "row",
    unread && "unread",
    channel.is_archived && "archived",
    !channel.is_member && "outside",
  ];
  const open = h(
    "button",
    {
      type: "button",
      class: classes.filter(Boolean).join(" "),
      id: `row-${channel.id}`,
      "data-testid": "channel",
      "data-channel-id": channel.id,
      "data-channel-name": channel.name,
      "aria-current": session.channel === channel.id ? "page" : undefined,
      title: `#${channel.name}`,
      onclick: () => ask("open-channel", { id: channel.id }),
    },
    icon(channel.is_private ? "lock" : "hash"),
    h("span", { class: "row-name" }, channel.name),
    channel.is_private && h("span", { class: "away" }, " (private)"),
    unread && h("span", { class: "away" }, " (unread)"),
  );
  const joinable = !channel.is_member && !channel.is_archived && !channel.is_private;
  return h("li", {}, open, joinable && joinButton(channel, "join"));
}

/** The button that makes the person a member of a channel. */
export function joinButton(channel, className) {
  const join = () => attempt(() => post("join", { as: session.me.id, channel: channel.id }));
  const label = `Join #${channel.name}`;
  return h(
    "button",
    { type: "button", class: className, "data-testid": "join", "aria-label": label, onclick: join },
    "Join",
  );
}
