// The coloured square beside a name: initials, for people and for the app.

import { h } from "./dom.js";

/** Draw the square of a person ({name, real_name, color}) or of an app ({name, app: true}). */
export function avatar({ name, real_name: real, color, app }, size = "") {
  const words = (real || name || "?").split(/[\s._-]+/).filter(Boolean);
  const initials = words.length > 1 ? words[0][0] + words.at(-1)[0] : (words[0] ?? "?").slice(0, app ? 1 : 2);
  const node = h(
    "span",
    { class: `avatar ${size} ${app ? "app" : ""}`, "aria-hidden": "true" },
    initials.toUpperCase(),
  );
  if (/^#?[0-9a-f]{6}$/i.test(color ?? "")) node.style.backgroundColor = `#${color.replace("#", "")}`;
  return node;
}
