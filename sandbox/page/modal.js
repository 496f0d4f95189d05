// The app's modals: draws the view on top of the stack, sends its actions, submits it, and keeps what was typed when
// the app draws the view again. The server owns the stack; this page shows what it is told to.

import { post } from "./api.js";
import { drawBlocks, showErrors } from "./blocks.js";
import { fill, h, icon } from "./dom.js";
import { plain, textOf } from "./mrkdwn.js";
import { session } from "./session.js";
import { attempt } from "./toast.js";
import { isEmpty, keepFocus, valueOf, valuesIn } from "./values.js";

const given = new Map(); // view id -> what people had put into it when it was last on the page
const PATIENCE = 1500; // milliseconds after an accepted submission in which the server says what comes next

let dialog = null;
let view = null; // the view that is shown

/** Show a view, draw it again, or, with null, close the modal. */
export function showView(next) {
  if (view) given.set(view.id, { ...given.get(view.id), ...valuesIn(dialog) });
  if (!next) {
    given.clear();
    return close();
  }
  if (same(view, next)) return;
  const again = view?.id === next.id;
  dialog ??= open();
  const backToFocus = again ? keepFocus(dialog) : () => {};
  const top = again ? (dialog.querySelector(".modal-body")?.scrollTop ?? 0) : 0;
  view = next;
  draw();
  dialog.querySelector(".modal-body").scrollTop = top;
  if (again) backToFocus();
  else focusFirst();
  if (next.errors) showErrors(dialog, next.errors);
}

/** Whether the app says nothing new: then errors and half-made choices stay as they are. */
function same(one, other) {
  const shown = (each) => each && JSON.stringify({ ...each, state: null });
  return shown(one) === shown(other);
}

function open() {
  const node = h("dialog", { class: "modal", "aria-labelledby": "modal-title", "data-testid": "modal" });
  node.addEventListener("cancel", (event) => {
    if (event.target !== node) return;
    event.preventDefault();
    leave();
  });
  document.body.append(node);
  node.showModal();
  return node;
}

function close() {
  view = null;
  dialog?.close();
  dialog?.remove();
  dialog = null;
}

function focusFirst() {
  const first = dialog.querySelector("[autofocus], .modal-body :is(input, textarea, select):not([disabled])");
  (first ?? dialog.querySelector(".modal-foot button:last-child"))?.focus();
}

function draw() {
  const blocks = drawBlocks(view.blocks ?? [], { act }, given.get(view.id) ?? view.state?.values);
  const submit = view.submit || (view.blocks ?? []).some(({ type }) => type === "input");
  dialog.dataset.viewId = view.id;
  dialog.dataset.callbackId = view.callback_id ?? "";
  fill(
    dialog,
    h(
      "form",
      { novalidate: true, onsubmit: send, "aria-busy": "false" },
      h(
        "div",
        { class: "modal-head" },
        h("h2", { id: "modal-title" }, textOf(view.title)),
        h("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: leave }, icon("close")),
      ),
      h("div", { class: "modal-body" }, blocks),
      h(
        "div",
        { class: "modal-foot" },
        h(
          "button",
          { type: "button", class: "button", "data-testid": "modal-close", onclick: leave },
          words(view.close, submit ? "Cancel" : "Close"),
        ),
        submit &&
          h(
            "button",
            { type: "submit", class: "button primary", "data-testid": "modal-submit" },
            words(view.submit, "Submit"),
          ),
      ),
    ),
  );
}

function words(object, otherwise) {
  return object ? textOf(object) : plain(otherwise);
}

async function act(action, element) {
  element.setAttribute("aria-busy", "true");
  const container = { type: "view", view_id: view.id };
  await attempt(() =>
    post("action", { as: session.me.id, container, action, state: { values: valuesIn(dialog) } }),
  );
  element.removeAttribute("aria-busy");
}

function leave() {
  const left = view;
  const leaving = attempt(() => post("view/close", { as: session.me.id, view_id: left.id }));
  // a server that cannot be reached must not hold anybody in a modal; one below it is drawn when the server says so
  return leaving.then(() => view === left && close());
}

async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const missing = missingIn(form);
  showErrors(form, missing);
  if (Object.keys(missing).length > 0 || form.ariaBusy === "true") return;
  const sent = view;
  wait(form, true);
  const body = { as: session.me.id, view_id: sent.id, state: { values: valuesIn(form) } };
  const answer = await attempt(() => post("view/submit", body));
  const accepted = answer && !answer.errors;
  if (accepted) setTimeout(() => view === sent && close(), PATIENCE);
  else wait(form, false);
  if (answer?.errors && view?.id === sent.id) showErrors(dialog, answer.errors);
}

function wait(form, busy) {
  form.ariaBusy = String(busy);
  for (const button of form.querySelectorAll(".modal-foot button")) button.disabled = busy;
}

/** What Slack itself would not submit: required inputs left empty, and texts that are too short. */
function missingIn(form) {
  const errors = {};
  for (const block of form.querySelectorAll(".block-input")) {
    const node = block.querySelector("[data-input]");
    const required = block.dataset.optional === undefined;
    if (node && required && isEmpty(valueOf(node)))
      errors[block.dataset.blockId] = "Please complete this required field.";
  }
  return errors;
}
