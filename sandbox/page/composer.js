// The box at the bottom: text is said, text after a slash is a command. Suggests the app's commands as one types.

import { post } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { session } from "./session.js";
import { joinButton } from "./sidebar.js";
import { attempt } from "./toast.js";

const drafts = new Map(); // what was typed and not sent, by channel

let box = null;
let popup = null;
let picked = 0; // which suggestion Enter or Tab takes
let standing = ""; // what the footer was last drawn for: it is not redrawn under somebody's fingers

/** Draw the footer for a channel: the box, or why one cannot write. */
export function drawComposer(channel) {
  const now = JSON.stringify([
    session.me.id,
    channel.id,
    channel.name,
    channel.is_member,
    channel.is_archived,
  ]);
  if (standing === now) return;
  standing = now;
  const footer = document.getElementById("footer");
  footer.hidden = false;
  if (channel.is_archived)
    fill(footer, h("p", { class: "closed" }, `#${channel.name} is archived: it can be read, not written.`));
  else if (!channel.is_member)
    fill(
      footer,
      h("p", { class: "closed" }, `You are not in #${channel.name}. `, joinButton(channel, "button primary")),
    );
  else fill(footer, ...writing(channel));
}

/** No box where there is no channel. */
export function hideComposer() {
  standing = "";
  document.getElementById("footer").hidden = true;
}

function writing(channel) {
  popup = h("ul", {
    id: "suggestions",
    role: "listbox",
    "aria-label": "Commands",
    "data-testid": "suggestions",
    hidden: true,
  });
  box = h("textarea", {
    id: "composer",
    rows: "1",
    placeholder: `Message #${channel.name}, or / for a command`,
    "aria-label": `Message #${channel.name}`,
    "aria-autocomplete": "list",
    "aria-controls": "suggestions",
    autocomplete: "off",
    oninput: () => typed(channel),
    onkeydown: (event) => key(event, channel),
    onblur: () => popup.toggleAttribute("hidden", true),
    onfocus: () => typed(channel),
  });
  box.value = drafts.get(channel.id) ?? "";
  const go = h(
    "button",
    { type: "button", id: "send", "aria-label": "Send", onclick: () => send(channel) },
    icon("send"),
  );
  const hint = h(
    "p",
    { class: "keys" },
    h("b", {}, "Enter"),
    " sends · ",
    h("b", {}, "Shift+Enter"),
    " new line · ",
    h("b", {}, "/"),
    " commands",
  );
  return [popup, h("div", { class: "box" }, box, go), hint];
}

function typed(channel) {
  drafts.set(channel.id, box.value);
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
  picked = 0;
  suggest();
}

/** The commands that what is typed may become: by their beginning, and exactly once arguments follow. */
function candidates() {
  const [word, ...rest] = box.value.split(/\s/);
  if (!word.startsWith("/")) return [];
  const fits = ({ command }) => (rest.length > 0 ? command === word : command.startsWith(word));
  return session.sidebar.slash.filter(fits);
}

function suggest() {
  const found = candidates();
  popup.toggleAttribute("hidden", found.length === 0);
  fill(popup, ...found.map((each, at) => suggestion(each, at === picked)));
  if (found.length > 0) box.setAttribute("aria-activedescendant", `suggestion-${picked}`);
  else box.removeAttribute("aria-activedescendant");
  popup.children[picked]?.scrollIntoView({ block: "nearest" });
}

function suggestion({ command, usage_hint: usage, description }, chosen) {
  const take = (event) => {
    event.preventDefault(); // the box keeps the focus
    complete(command);
  };
  const node = h("li", { role: "option", "aria-selected": String(chosen), onpointerdown: take });
  node.append(
    h("span", { class: "command" }, h("b", {}, command), " ", usage ?? ""),
    h("span", { class: "description" }, description ?? ""),
  );
  if (chosen) node.id = `suggestion-${picked}`;
  return node;
}

function complete(command) {
  if (!box.value.startsWith(`${command} `)) box.value = `${command} `;
  box.focus();
  box.dispatchEvent(new Event("input"));
}

function key(event, channel) {
  const found = popup.hidden ? [] : candidates();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const unfinished = found.length > 0 && !/\s/.test(box.value);
  if (event.isComposing) return;
  if (step && unfinished) {
    picked = (picked + step + found.length) % found.length;
    suggest();
  } else if (event.key === "Tab" && !event.shiftKey && unfinished) complete(found[picked].command);
  else if (event.key === "Enter" && unfinished && box.value !== found[picked].command)
    complete(found[picked].command);
  else if (event.key === "Enter" && !event.shiftKey) send(channel);
  else if (event.key === "Escape" && !popup.hidden) popup.hidden = true;
  else return;
  event.preventDefault();
}

async function send(channel) {
  const text = box.value.trim();
  if (!text) return;
  const mine = box;
  mine.value = "";
  mine.dispatchEvent(new Event("input"));
  const what = text.startsWith("/") ? "slash" : "say";
  const sent = await attempt(() => post(what, { as: session.me.id, channel: channel.id, text }));
  // nothing typed is lost: what could not be sent comes back, unless something new stands there already
  if (sent === null && mine.isConnected && mine.value === "") {
    mine.value = text;
    mine.dispatchEvent(new Event("input"));
  }
}
