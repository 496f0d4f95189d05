// Block Kit's interactive elements: draws each by its type, and tells the block's owner what was done with it.
// The choices (selects, radio buttons, checkboxes) are in choices.js, what is typed in fields.js.

import { checkboxes, multiSelect, radioButtons, select } from "./choices.js";
import { confirmed } from "./confirm.js";
import { h, icon } from "./dom.js";
import { dateField, numberField, textField } from "./fields.js";
import { openMenu } from "./menu.js";
import { link, textOf } from "./mrkdwn.js";
import { valueOf } from "./values.js";

const DRAW = {
  button,
  overflow,
  static_select: select,
  users_select: select,
  channels_select: select,
  conversations_select: select,
  multi_static_select: multiSelect,
  multi_users_select: multiSelect,
  radio_buttons: radioButtons,
  checkboxes,
  plain_text_input: textField,
  email_text_input: textField,
  url_text_input: textField,
  number_input: numberField,
  datepicker: dateField,
  timepicker: dateField,
};

/**
 * Draw one element.
 *
 * @param element Block Kit's element
 * @param place {blockId, owner, label?, kept?, dispatches}: where it stands; `owner.act(action, node)` sends an
 *   action, `kept` is the entry to show instead of the element's initial one, and `dispatches` says whether a
 *   change is an action (in an input block it is not, unless the block asks for it)
 */
export function drawElement(element, place) {
  const draw = DRAW[element.type];
  if (!draw) return h("span", { class: "unsupported" }, `The sandbox cannot draw a ${element.type}.`);
  const node = draw(element, place, (entry) => act(element, place, node, entry));
  node.dataset.actionId = element.action_id ?? "";
  node.dataset.blockId = place.blockId;
  return node;
}

async function act(element, place, node, entry) {
  if (element.confirm && !(await confirmed(element.confirm))) {
    if (node.matches("[data-input]")) node.replaceWith(drawElement(element, place));
    return;
  }
  const action = { type: element.type, action_id: element.action_id, block_id: place.blockId, ...entry };
  await place.owner.act(action, node);
  if (node.matches("[data-input]")) place.kept = valueOf(node);
}

function button(element, place, tell) {
  const style = { primary: " primary", danger: " danger" }[element.style] ?? "";
  const press = () => tell({ value: element.value, text: element.text });
  const props = { class: `button${style}`, "aria-label": element.accessibility_label, onclick: press };
  if (!element.url) return h("button", { type: "button", ...props }, textOf(element.text));
  const node = link(element.url, textOf(element.text));
  node.className = props.class;
  node.addEventListener("click", press); // a button with an address is an action too
  return node;
}

function overflow(element, place, tell) {
  const entries = () =>
    element.options.map((option) => ({
      label: textOf(option.text),
      choose: () => tell({ selected_option: option }),
    }));
  const node = h(
    "button",
    {
      type: "button",
      class: "button overflow",
      "aria-haspopup": "menu",
      "aria-label": "More actions",
      onclick: () => openMenu(node, entries(), "More actions"),
    },
    icon("more"),
  );
  return node;
}
