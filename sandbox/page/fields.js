// The elements into which a person types: text, numbers, dates and times.

import { h } from "./dom.js";
import { wordsOf } from "./mrkdwn.js";
import { readable } from "./values.js";

const KIND = { email_text_input: "email", url_text_input: "url", datepicker: "date", timepicker: "time" };

/** A line of text, or an area when `multiline`; what is left empty is null, as Slack sends it. */
export function textField(element, place, tell) {
  const node = h(element.multiline ? "textarea" : "input", {
    ...shared(element, place),
    type: element.multiline ? undefined : (KIND[element.type] ?? "text"),
    rows: element.multiline ? 5 : undefined,
    maxlength: element.max_length,
  });
  node.value = (place.kept ? place.kept.value : element.initial_value) ?? "";
  return finish(node, element, place, tell, "value");
}

/** A number; Slack sends it as text. */
export function numberField(element, place, tell) {
  const step = element.is_decimal_allowed ? "any" : "1";
  const range = { min: element.min_value, max: element.max_value };
  const node = h("input", { ...shared(element, place), type: "number", step, ...range });
  node.value = (place.kept ? place.kept.value : element.initial_value) ?? "";
  return finish(node, element, place, tell, "value");
}

/** A day (YYYY-MM-DD) or a time of day (HH:mm). */
export function dateField(element, place, tell) {
  const what = KIND[element.type];
  const node = h("input", { ...shared(element, place), type: what });
  node.value = (place.kept ? place.kept[`selected_${what}`] : element[`initial_${what}`]) ?? "";
  return finish(node, element, place, tell, `selected_${what}`);
}

function shared(element, place) {
  const hint = wordsOf(element.placeholder);
  return {
    class: "field",
    id: place.inputId,
    placeholder: hint || undefined,
    "aria-label": place.label ? undefined : hint || "Text",
    autofocus: element.focus_on_load,
    autocomplete: "off",
  };
}

function finish(node, element, place, tell, field) {
  const read = () => ({ type: element.type, [field]: node.value === "" ? null : node.value });
  const typed = field === "value";
  if (place.dispatches && !typed) node.addEventListener("change", () => tell(read()));
  if (place.dispatches && typed)
    node.addEventListener("keydown", (event) => onEnter(event, () => tell(read())));
  return readable(node, read);
}

function onEnter(event, act) {
  if (event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  act();
}
