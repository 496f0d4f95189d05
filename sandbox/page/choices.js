// The elements with which a person chooses: selects, radio buttons, checkboxes. Native controls, so that
// keyboards, screen readers and phones work as their owners expect.

import { h } from "./dom.js";
import { textOf, wordsOf } from "./mrkdwn.js";
import { session } from "./session.js";
import { readable } from "./values.js";

let groups = 0; // radio buttons belong together by a name that no other group has

/** What a select offers: {label, group?, key, value}; `key` is the word in the DOM, `value` what Slack is told. */
function offered(element) {
  if (element.type.includes("users")) return people();
  if (/channels|conversations/.test(element.type)) return channels();
  const plainOnes = (element.options ?? []).map((option) => choice(option));
  const grouped = (element.option_groups ?? []).flatMap((group) =>
    group.options.map((option) => choice(option, wordsOf(group.label))),
  );
  return [...plainOnes, ...grouped];
}

function choice(option, group) {
  return { label: wordsOf(option.text), key: option.value, value: option, group };
}

function people() {
  const present = session.people.filter((each) => !each.deleted);
  return present.map(({ id, name, real_name: real }) => ({
    label: real ? `${real} (@${name})` : name,
    key: id,
    value: id,
  }));
}

function channels() {
  const open = session.sidebar.channels.filter((each) => !each.is_archived);
  return open.map(({ id, name }) => ({ label: `#${name}`, key: id, value: id }));
}

/** The field that holds the answer: selected_option, selected_user(s), selected_channel, … */
function fieldOf(type) {
  const kind = { users: "user", channels: "channel", conversations: "conversation" };
  const [, many, what] = /^(multi_)?(\w+)_select$/.exec(type);
  return `selected_${kind[what] ?? "option"}${many ? "s" : ""}`;
}

function initialOf(element, field) {
  return element[field.replace("selected", "initial")] ?? null;
}

function keyOf(value) {
  return typeof value === "object" && value !== null ? value.value : value;
}

/** A drop-down for static_select, users_select, channels_select and conversations_select. */
export function select(element, place, tell) {
  const field = fieldOf(element.type);
  const choices = offered(element);
  const chosen = keyOf(place.kept ? place.kept[field] : initialOf(element, field)) ?? "";
  const hint = wordsOf(element.placeholder) || "Choose…";
  const node = h("select", {
    class: "select",
    "aria-label": place.label ? undefined : hint,
    id: place.inputId,
  });
  node.append(h("option", { value: "", disabled: !place.optional, hidden: !place.optional }, hint));
  node.append(...optionNodes(choices));
  node.value = choices.some(({ key }) => key === chosen) ? chosen : "";
  const read = () => ({
    type: element.type,
    [field]: choices.find(({ key }) => key === node.value)?.value ?? null,
  });
  if (place.dispatches) node.addEventListener("change", () => tell(read()));
  return readable(node, read);
}

function optionNodes(choices) {
  const out = [];
  const groupsByName = new Map();
  for (const { label, key, group } of choices) {
    const option = h("option", { value: key }, label);
    if (!group) out.push(option);
    else if (groupsByName.has(group)) groupsByName.get(group).append(option);
    else {
      groupsByName.set(group, h("optgroup", { label: group }, option));
      out.push(groupsByName.get(group));
    }
  }
  return out;
}

/** Several of many, for multi_users_select and multi_static_select: a list of boxes to tick. */
export function multiSelect(element, place, tell) {
  const field = fieldOf(element.type);
  const chosen = (place.kept?.[field] ?? initialOf(element, field) ?? []).map(keyOf);
  const choices = offered(element).map((each) => ({ ...each, label: document.createTextNode(each.label) }));
  const node = list("checkbox", choices, chosen, "choices many");
  return finish(node, element, place, tell, () => ({ type: element.type, [field]: ticked(node, choices) }));
}

/** One of few. */
export function radioButtons(element, place, tell) {
  const chosen = keyOf(place.kept ? place.kept.selected_option : element.initial_option);
  const choices = described(element.options);
  const node = list("radio", choices, [chosen], "choices");
  const read = () => ({ type: element.type, selected_option: ticked(node, choices)[0] ?? null });
  return finish(node, element, place, tell, read);
}

/** Any of few. */
export function checkboxes(element, place, tell) {
  const chosen = (place.kept?.selected_options ?? element.initial_options ?? []).map(keyOf);
  const choices = described(element.options);
  const node = list("checkbox", choices, chosen, "choices");
  return finish(node, element, place, tell, () => ({
    type: element.type,
    selected_options: ticked(node, choices),
  }));
}

function described(options) {
  return options.map((option) => ({
    key: option.value,
    value: option,
    label: [
      h("span", {}, textOf(option.text)),
      option.description && h("span", { class: "description" }, textOf(option.description)),
    ],
  }));
}

function list(type, choices, chosen, className) {
  const name = `choice-${++groups}`;
  const rows = choices.map(({ key, label }) => {
    const box = h("input", { type, name, value: key, checked: chosen.includes(key) });
    return h("label", { class: "choice" }, box, h("span", { class: "choice-text" }, label));
  });
  return h("div", { class: className, role: type === "radio" ? "radiogroup" : "group" }, rows);
}

function ticked(node, choices) {
  const keys = [...node.querySelectorAll("input:checked")].map((box) => box.value);
  return choices.filter(({ key }) => keys.includes(key)).map(({ value }) => value);
}

function finish(node, element, place, tell, read) {
  if (place.labelId) node.setAttribute("aria-labelledby", place.labelId);
  if (place.dispatches) node.addEventListener("change", () => tell(read()));
  return readable(node, read);
}
