// Block Kit's blocks as DOM nodes: header, section, context, divider, actions, input. Used by messages, modals
// and the app's Home alike; what an action means is their `owner`'s matter.

import { h } from "./dom.js";
import { drawElement } from "./elements.js";
import { plain, textOf } from "./mrkdwn.js";

let inputs = 0; // labels find their inputs by an id of the page's own, never by one from the app

const DRAW = { header, section, context, divider, actions, input, rich_text: richText };

/**
 * Draw a list of blocks.
 *
 * @param blocks Block Kit's blocks
 * @param owner {act(action, node)}: who sends the actions
 * @param kept values by block and action id that people had given before a redraw
 */
export function drawBlocks(blocks, owner, kept = {}) {
  return blocks.map((block) => {
    const draw = DRAW[block.type] ?? unsupported;
    const node = draw(
      block,
      (element, more) => element && drawElement(element, place(block, element, owner, kept, more)),
    );
    node.dataset.blockId = block.block_id ?? "";
    node.classList.add("block", `block-${block.type}`);
    return node;
  });
}

function place(block, element, owner, kept, more) {
  const blockId = block.block_id ?? "";
  const entry = kept[blockId]?.[element.action_id];
  return {
    blockId,
    owner,
    kept: entry?.type === element.type ? entry : undefined,
    dispatches: true,
    ...more,
  };
}

function header(block) {
  return h("h3", {}, textOf(block.text));
}

function section(block, element) {
  const fields = (block.fields ?? []).map((field) => h("div", { class: "section-field" }, textOf(field)));
  const texts = h(
    "div",
    { class: "section-text" },
    block.text && h("div", {}, textOf(block.text)),
    fields.length > 0 && h("div", { class: "fields" }, fields),
  );
  return h("div", {}, texts, block.accessory && h("div", { class: "accessory" }, element(block.accessory)));
}

function context(block) {
  const parts = block.elements.map((each) =>
    h("span", {}, each.type === "image" ? each.alt_text : textOf(each)),
  );
  return h("div", {}, parts);
}

function divider() {
  return h("hr");
}

function actions(block, element) {
  return h(
    "div",
    {},
    block.elements.map((each) => element(each)),
  );
}

function input(block, element) {
  const inputId = `input-${++inputs}`;
  const labelId = `${inputId}-label`;
  const dispatches = block.dispatch_action === true;
  const control = element(block.element, {
    inputId,
    labelId,
    label: true,
    optional: block.optional,
    dispatches,
  });
  control.setAttribute("aria-describedby", `${inputId}-error ${inputId}-hint`);
  if (!block.optional) control.setAttribute("aria-required", "true");
  return h(
    "div",
    { "data-optional": block.optional === true },
    h(
      "label",
      { id: labelId, for: inputId, class: "label" },
      textOf(block.label),
      block.optional && h("span", { class: "optional" }, " (optional)"),
    ),
    control,
    h("div", { class: "error", id: `${inputId}-error`, role: "alert", "data-testid": "error" }),
    h("div", { class: "hint", id: `${inputId}-hint` }, textOf(block.hint)),
  );
}

/** Only the words of it. */
function richText(block) {
  const words = (node) => node.text ?? (node.elements ?? []).map(words).join("");
  return h("div", {}, plain(words(block)));
}

function unsupported(block) {
  return h("div", { class: "unsupported" }, `The sandbox cannot draw a ${block.type} block.`);
}

/** Show errors under their blocks ({block_id: text}), clear the others, and bring the first one into view. */
export function showErrors(root, errors) {
  let first = null;
  for (const block of root.querySelectorAll(".block-input")) {
    const text = errors[block.dataset.blockId] ?? "";
    block.classList.toggle("wrong", text !== "");
    block.querySelector(".error").textContent = text;
    if (text && !first) first = block;
  }
  first?.querySelector("input, select, textarea")?.focus();
  first?.scrollIntoView({ block: "nearest" });
}
