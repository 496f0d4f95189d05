// Slack's mrkdwn and plain text as DOM nodes. Everything is text until a rule here makes a node of it.

import { timeNode } from "./dates.js";
import { h, icon, safeUrl } from "./dom.js";
import { emoji } from "./emoji.js";
import { ask, channelOf, insideLink, nameOf, session } from "./session.js";

const FENCE = /```\n?([\s\S]*?)\n?```/g;
const QUOTE = /^(?:&gt;|>) ?/;
const STYLE = { "*": "strong", _: "em", "~": "del" };
const BARE_URL = /^https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"*_~]/;
const WORD = /[\p{L}\p{N}]/u;

function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

/** Draw mrkdwn: fenced code first, then quotes, then what stands in a line. */
export function mrkdwn(text) {
  const out = document.createDocumentFragment();
  let from = 0;
  for (const fence of text.matchAll(FENCE)) {
    out.append(...paragraphs(text.slice(from, fence.index).replace(/\n$/, "")));
    out.append(h("pre", {}, unescape(fence[1])));
    from = fence.index + fence[0].length;
  }
  out.append(...paragraphs(text.slice(from).replace(from ? /^\n/ : /^$/, "")));
  return out;
}

function paragraphs(text) {
  const out = [];
  let quote = null;
  let needsBreak = false;
  for (const line of text === "" ? [] : text.split("\n")) {
    if (QUOTE.test(line)) {
      if (quote) quote.append(h("br"));
      else out.push((quote = h("blockquote")));
      quote.append(...inline(line.replace(QUOTE, "")));
      needsBreak = false;
      continue;
    }
    quote = null;
    if (needsBreak) out.push(h("br"));
    out.push(...inline(line));
    needsBreak = true;
  }
  return out;
}

/** The nodes of one line; calls itself for what stands inside *bold*, _italic_ and ~strike~. */
function inline(line) {
  const out = [];
  let words = "";
  let at = 0;
  const flush = () => {
    if (words) out.push(document.createTextNode(unescape(words)));
    words = "";
  };
  while (at < line.length) {
    const found =
      special(line, at) ?? code(line, at) ?? styled(line, at) ?? shortcode(line, at) ?? bareLink(line, at);
    if (found) {
      flush();
      out.push(found.node);
      at = found.end;
    } else words += line[at++];
  }
  flush();
  return out;
}

function special(line, at) {
  if (line[at] !== "<") return null;
  const close = line.indexOf(">", at);
  return close < 0 ? null : { node: mention(line.slice(at + 1, close)), end: close + 1 };
}

function code(line, at) {
  if (line[at] !== "`") return null;
  const close = line.indexOf("`", at + 1);
  if (close <= at + 1) return null;
  return { node: h("code", {}, unescape(line.slice(at + 1, close))), end: close + 1 };
}

function styled(line, at) {
  const mark = line[at];
  if (!STYLE[mark] || WORD.test(line[at - 1] ?? " ") || /\s/.test(line[at + 1] ?? " ")) return null;
  const close = closing(line, at + 1, mark);
  return close && { node: h(STYLE[mark], {}, inline(line.slice(at + 1, close))), end: close + 1 };
}

/** Where a style ends: not inside <…> or `…`, not after a space, not before a letter. */
function closing(line, from, mark) {
  for (let at = from; at < line.length; at++) {
    const skip = { "<": ">", "`": "`" }[line[at]];
    if (skip && line.indexOf(skip, at + 1) > 0) at = line.indexOf(skip, at + 1);
    else if (line[at] === mark && at > from && !/\s/.test(line[at - 1]) && !WORD.test(line[at + 1] ?? " "))
      return at;
  }
  return null;
}

function shortcode(line, at) {
  const found = line[at] === ":" && /^:([a-z0-9_+-]+):/.exec(line.slice(at));
  const picture = found && emoji(found[1]);
  return picture ? { node: emojiNode(found[1], picture), end: at + found[0].length } : null;
}

function bareLink(line, at) {
  const found = line[at] === "h" && !WORD.test(line[at - 1] ?? " ") && BARE_URL.exec(line.slice(at));
  return found ? { node: link(unescape(found[0]), unescape(found[0])), end: at + found[0].length } : null;
}

function emojiNode(name, picture) {
  return h(
    "span",
    { class: "emoji", role: "img", "aria-label": name.replace(/_/g, " "), title: `:${name}:` },
    picture,
  );
}

// --- what stands between < and > --------------------------------------------------------------

function mention(inner) {
  const [target, label] = split(inner, "|");
  if (target.startsWith("@")) return userMention(target.slice(1));
  if (target.startsWith("#")) return channelMention(target.slice(1));
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice("!subteam^".length), label);
  if (target.startsWith("!")) return h("span", { class: "mention broadcast" }, `@${target.slice(1)}`);
  return link(unescape(target), label === undefined ? unescape(target) : plain(unescape(label)));
}

function split(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function userMention(id) {
  return h("span", { class: id === session.me?.id ? "mention me" : "mention" }, `@${nameOf(id)}`);
}

function groupMention(id, label) {
  const handle = unescape(label ?? session.sidebar.groups[id] ?? id).replace(/^@?/, "@");
  return h("span", { class: "mention group" }, handle);
}

/** A channel by its present name. One that this person may not see stays unnamed, whatever the text calls it. */
function channelMention(id) {
  const channel = channelOf(id);
  if (!channel) return h("span", { class: "mention" }, icon("lock"), "private-channel");
  const open = () => ask("open-channel", { id });
  return h("button", { type: "button", class: "mention channel-link", onclick: open }, `#${channel.name}`);
}

function date(target, fallback) {
  const [, seconds, format, href] = target.split("^");
  if (!/^\d+$/.test(seconds) || !format) return document.createTextNode(unescape(fallback ?? target));
  const time = timeNode(Number(seconds), unescape(format));
  return href ? link(unescape(href), time) : time;
}

/** A link to http or https, opened in a new tab, or in this page when it leads to one of its channels. */
export function link(href, content) {
  const url = safeUrl(href);
  if (!url) return h("span", { class: "unlinked", title: "Not a web address" }, content);
  const inside = insideLink(url);
  const go = (event) => {
    if (!inside) return;
    event.preventDefault();
    ask("open-channel", inside);
  };
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", onclick: go }, content);
}

// --- plain text ---------------------------------------------------------------------------------

/** Draw plain text: emoji shortcodes, unless they are off, and nothing else. */
export function plain(text, withEmoji = true) {
  const out = document.createDocumentFragment();
  for (const piece of withEmoji ? text.split(/(:[a-z0-9_+-]+:)/) : [text]) {
    const name = piece.slice(1, -1);
    const picture = piece.startsWith(":") && piece.endsWith(":") && emoji(name);
    out.append(picture ? emojiNode(name, picture) : piece);
  }
  return out;
}

/** Draw one of Block Kit's text objects. */
export function textOf(object) {
  if (!object) return document.createDocumentFragment();
  return object.type === "mrkdwn"
    ? mrkdwn(object.text ?? "")
    : plain(object.text ?? "", object.emoji !== false);
}

/** Plain text as one string, for attributes and <option>s, where no node can stand. */
export function wordsOf(object) {
  const holder = h("span", {}, textOf(object));
  return holder.textContent;
}
