// What people chose or typed: reads it in Slack's shape (view.state.values), and finds it again after a redraw.

const readers = new WeakMap();

/** Mark a node as an input: `read` returns its entry in Slack's shape, such as {type, value}. */
export function readable(node, read) {
  node.dataset.input = "";
  readers.set(node, read);
  return node;
}

/** The entry of one input. */
export function valueOf(node) {
  return readers.get(node)();
}

/** All inputs below a node, as {block_id: {action_id: entry}}. */
export function valuesIn(root) {
  const values = {};
  for (const node of root.querySelectorAll("[data-input]")) {
    const { blockId, actionId } = node.dataset;
    values[blockId] ??= {};
    values[blockId][actionId] = valueOf(node);
  }
  return values;
}

/** Whether an entry holds nothing, as Slack's own check before a submission sees it. */
export function isEmpty(entry) {
  const held = Object.entries(entry).filter(([key]) => key !== "type");
  return held.every(
    ([, value]) => value === null || value === "" || (Array.isArray(value) && value.length === 0),
  );
}

/** Remember where the keyboard is below a node; the answer puts it back there after a redraw. */
export function keepFocus(root) {
  const active = root.contains(document.activeElement) ? document.activeElement : null;
  const owner = active?.closest("[data-action-id]");
  if (!owner) return () => {};
  const { blockId, actionId } = owner.dataset;
  const caret = "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  return () => {
    const same = [...root.querySelectorAll("[data-action-id]")].find(
      (node) => node.dataset.blockId === blockId && node.dataset.actionId === actionId,
    );
    const target = same?.matches("input, select, textarea, button, a")
      ? same
      : same?.querySelector("input, select, button");
    target?.focus({ preventScroll: true });
    if (caret?.[0] !== null && caret && target?.setSelectionRange && target.type !== "date")
      target.setSelectionRange(...caret);
  };
}
