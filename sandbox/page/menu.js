// A small menu under a button: overflow elements and a message's shortcuts. Arrow keys, Escape, click away.

import { h } from "./dom.js";

let closeOpen = () => {};

/** Show a menu of {label (node or text), choose, danger?} under a button; only one is open at a time. */
export function openMenu(anchor, items, name) {
  closeOpen();
  const menu = h("div", { class: "menu", role: "menu", "aria-label": name, "data-testid": "menu" });
  menu.append(...items.map((item) => entry(item, close)));
  // inside a modal everything outside the dialog is inert, so the menu lives where its button lives
  (anchor.closest("dialog") ?? document.body).append(menu);
  place(menu, anchor);
  anchor.setAttribute("aria-expanded", "true");

  function close(giveFocusBack = true) {
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", away, true);
    if (giveFocusBack) anchor.focus();
    closeOpen = () => {};
  }
  function away(event) {
    if (!menu.contains(event.target)) close(false);
  }
  menu.addEventListener("keydown", (event) => steer(event, menu, close));
  document.addEventListener("pointerdown", away, true);
  closeOpen = () => close(false);
  menu.firstElementChild?.focus();
}

function entry(item, close) {
  const choose = () => {
    close();
    item.choose();
  };
  return h("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: choose }, item.label);
}

function place(menu, anchor) {
  const at = anchor.getBoundingClientRect();
  const box = menu.getBoundingClientRect();
  const below = at.bottom + box.height + 8 < window.innerHeight;
  menu.style.top = `${below ? at.bottom + 4 : Math.max(4, at.top - box.height - 4)}px`;
  menu.style.left = `${Math.max(4, Math.min(at.left, window.innerWidth - box.width - 8))}px`;
}

function steer(event, menu, close) {
  const entries = [...menu.children];
  const at = entries.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (to !== undefined) {
    event.preventDefault();
    entries.at(to % entries.length).focus();
  }
}
