// The app's Home: its view in the middle of the page.

import { get, post } from "./api.js";
import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { menuButton } from "./channel.js";
import { fill, h } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { session } from "./session.js";
import { attempt } from "./toast.js";
import { keepFocus, valuesIn } from "./values.js";

const section = () => document.getElementById("home");

/** Tell the app that its Home was opened, then show what it has published. */
export async function openHome() {
  drawHeader();
  fill(section(), h("p", { class: "empty" }, "Loading…"));
  await post("home", { as: session.me.id });
  await refreshHome();
}

/** Show the view as it is now; what was typed into it stays. */
export async function refreshHome() {
  const as = session.me.id;
  const { view } = await get("home", { as });
  if (session.channel !== null || session.me.id !== as) return;
  const backToFocus = keepFocus(section());
  const kept = valuesIn(section());
  const nothing = h("p", { class: "empty" }, "The app has published nothing here yet.");
  const owner = { act: (action, element) => act(view, action, element) };
  fill(
    section(),
    view ? h("div", { class: "home-view" }, drawBlocks(view.blocks ?? [], owner, kept)) : nothing,
  );
  backToFocus();
}

async function act(view, action, element) {
  const container = { type: "view", view_id: view.id };
  element.setAttribute("aria-busy", "true");
  await attempt(() =>
    post("action", { as: session.me.id, container, action, state: { values: valuesIn(section()) } }),
  );
  element.removeAttribute("aria-busy");
}

function drawHeader() {
  const { app } = session.sidebar;
  const title = h(
    "h1",
    {},
    avatar({ ...app, app: true }),
    plain(app.name),
    h("span", { class: "badge" }, "APP"),
  );
  const row = h("div", { class: "header-row" }, menuButton(), title, h("div", { class: "topic" }, "Home"));
  fill(document.getElementById("header"), row);
}
