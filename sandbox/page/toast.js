// Short notices at the edge of the page: what failed, in words. They leave by themselves.

import { h, icon } from "./dom.js";

const STAYS = 8000; // milliseconds

/** Show a notice above everything, an open modal included. */
export function toast(text) {
  const holder = document.getElementById("toasts");
  const drop = () => {
    note.remove();
    if (!holder.childElementCount) holder.hidePopover();
  };
  const close = h(
    "button",
    { type: "button", class: "quiet", "aria-label": "Dismiss", onclick: drop },
    icon("close"),
  );
  const note = h("div", { class: "toast", "data-testid": "toast" }, h("span", {}, text), close);
  holder.append(note);
  // the top layer is ordered by who came last: come again, so that a modal opened meanwhile stays below
  if (holder.matches(":popover-open")) holder.hidePopover();
  holder.showPopover();
  setTimeout(drop, STAYS);
}

/** Run something that talks to the server; its failure is said in a notice, and the answer is then null. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(`That did not work: ${error.message}`);
    return null;
  }
}
