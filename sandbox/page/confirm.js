// Block Kit's confirmation dialog: asked before an element's action leaves the page.

import { h } from "./dom.js";
import { textOf } from "./mrkdwn.js";

/** Ask; the answer is true when the person confirmed. */
export function confirmed(confirm) {
  return new Promise((resolve) => {
    const answer = (yes) => {
      dialog.close();
      dialog.remove();
      resolve(yes);
    };
    const style = confirm.style === "danger" ? "button danger" : "button primary";
    const words = (object, otherwise) => (object ? textOf(object) : otherwise);
    const dialog = h(
      "dialog",
      {
        class: "modal confirm",
        role: "alertdialog",
        "aria-labelledby": "confirm-title",
        "data-testid": "confirm",
      },
      h("h2", { id: "confirm-title" }, words(confirm.title, "Are you sure?")),
      h("div", { class: "modal-body" }, textOf(confirm.text)),
      h(
        "div",
        { class: "modal-foot" },
        h(
          "button",
          { type: "button", class: "button", onclick: () => answer(false) },
          words(confirm.deny, "Cancel"),
        ),
        h(
          "button",
          { type: "button", class: style, onclick: () => answer(true) },
          words(confirm.confirm, "Yes"),
        ),
      ),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      answer(false);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
