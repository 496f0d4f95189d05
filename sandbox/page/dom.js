// Builds DOM nodes. Text from people only ever becomes a text node here: there is no innerHTML in this page,
// so nothing that somebody types can turn into markup.

/**
 * Make an element. `on…` keys are listeners, `class` and `dataset` mean what they say, `true` is an empty
 * attribute, and null, undefined and false leave the attribute out. Strings among the children are text.
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "dataset") setData(node, value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...present(children));
  return node;
}

function setData(node, data) {
  for (const [key, value] of Object.entries(data)) if (value !== undefined) node.dataset[key] = value;
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replace everything inside a node. */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

/** Take http and https addresses only; anything else (javascript:, data:, nonsense) is null. */
export function safeUrl(raw) {
  try {
    const url = new URL(raw);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

const PATHS = {
  bolt: "M11 2L4 11h5l-1 7 7-9h-5z",
  bookmark: "M6 3h8v14l-4-3-4 3z",
  check: "M4 10.5l4 4 8-9",
  close: "M5 5l10 10M15 5L5 15",
  down: "M10 4v12M5 11l5 5 5-5",
  file: "M5 3h7l3 3v11H5zM12 3v3h3M7.5 10h5M7.5 13h5",
  hash: "M8 3L6.5 17M13.5 3L12 17M4 7.5h13M3.5 12.5h13",
  home: "M3 9.5L10 3l7 6.5M5 8.5V17h10V8.5",
  lock: "M5.5 9h9v8h-9zM7.5 9V6a2.5 2.5 0 015 0v3",
  menu: "M3 5h14M3 10h14M3 15h14",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  pin: "M12 3l5 5-3 1-3 4-4-4 4-3zM7.5 12.5L3 17",
  send: "M3 10l14-6-5 14-3-6z",
  smile: "M10 17a7 7 0 100-14 7 7 0 000 14zM7.5 8.5h.01M12.5 8.5h.01M7 12c1.5 2 4.5 2 6 0",
  users:
    "M8 10a3 3 0 100-6 3 3 0 000 6zM2.5 17c.5-4 10.5-4 11 0M13 4.5a3 3 0 010 5M15 12.5c1.5.7 2.5 2 2.700 4.5",
};

/** Draw one of the page's own line icons; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
