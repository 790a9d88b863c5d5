// Slack's own markup as DOM nodes: https://docs.slack.dev/messaging/formatting-message-text
import { dateNode } from "./dates.js";
import { el, link } from "./dom.js";
import { emoji, emojify } from "./emoji.js";
import { broadcastMention, channelMention, groupMention, userMention } from "./mentions.js";

const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

// A finished node leaves this in the text, so that the styles around it see one letter and never its inside.
const [OPEN, SHUT] = ["\uE000", "\uE001"];
const HELD = new RegExp(`${OPEN}(\\d+)${SHUT}`);
const STYLES = [
  ["b", styled("\\*")],
  ["i", styled("_")],
  ["s", styled("~")],
];

/** A mark opens after a non-letter, holds no space at its ends, and closes before a non-letter. */
function styled(mark) {
  return new RegExp(`(?<![\\p{L}\\p{N}${mark}])${mark}(?!\\s)([^${mark}\\n]+?)(?<!\\s)${mark}(?![\\p{L}\\p{N}${mark}])`, "u");
}

/** One <…> of Slack's: a mention, a date, a link. */
function angle(inside) {
  const [target, ...rest] = inside.split("|");
  const label = rest.length ? unescape(rest.join("|")) : undefined;
  if (target.startsWith("@")) return userMention(target.slice(1), label);
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), label);
  if (target.startsWith("!date^")) {
    const [, ts, format, url] = target.split("^");
    return dateNode(ts, unescape(format ?? ""), url && unescape(url), label);
  }
  if (/^!(here|channel|everyone)$/.test(target)) return broadcastMention(target.slice(1));
  if (target.startsWith("!")) return el("span", {}, label ?? `<${target}>`);
  const url = unescape(target);
  return link(url, emojify(label ?? url.replace(/^mailto:/, "")));
}

/** A line's text as nodes. */
export function inline(text) {
  const nodes = [];
  const hold = (node) => `${OPEN}${nodes.push(node) - 1}${SHUT}`;
  const held = text
    .replace(/[\uE000\uE001]/g, "")
    .replace(/`([^`\n]+)`/g, (_, code) => hold(el("code", {}, unescape(code))))
    .replace(/<([^<>\n]+)>/g, (_, inside) => hold(angle(inside)))
    .replace(/https?:\/\/[^\s<>\uE000]+[^\s<>\uE000.,;:!?)'"]/g, (url) => hold(link(unescape(url), unescape(url))))
    .replace(/:([a-z0-9_+-]+):(?::skin-tone-\d:)?/g, (whole, name) => (emoji(name) ? hold(emojiNode(name)) : whole));
  return spread(held, nodes);
}

/** Emoji are named for those who can't see them. */
export const emojiNode = (name) => el("span", { class: "emoji", role: "img", "aria-label": name, title: `:${name}:` }, emoji(name) ?? `:${name}:`);

function spread(text, nodes) {
  const found = STYLES.map(([tag, pattern]) => [tag, pattern.exec(text)])
    .filter(([, match]) => match)
    .sort(([, one], [, other]) => one.index - other.index)[0];
  if (found) {
    const [tag, match] = found;
    const after = text.slice(match.index + match[0].length);
    return [...release(text.slice(0, match.index), nodes), el(tag, {}, ...spread(match[1], nodes)), ...spread(after, nodes)];
  }
  return release(text, nodes);
}

const release = (text, nodes) =>
  text.split(new RegExp(HELD.source)).map((part, at) => (at % 2 ? nodes[Number(part)] : unescape(part))).filter((part) => part !== "");

/** A whole text: preformatted blocks, quotes, bullets hanging, each line in its own direction. */
export function mrkdwn(text) {
  return String(text ?? "")
    .split(/```\n?([\s\S]*?)\n?```\n?/)
    .flatMap((part, at) => (at % 2 ? [el("pre", {}, unescape(part).replace(/<([^<>|]+)(?:\|[^<>]+)?>/g, "$1"))] : lines(part)));
}

const QUOTED = /^(?:&gt;|>) ?/;

function lines(text) {
  const blocks = [];
  let everything = false; // after >>> the rest is quoted
  for (const line of text.replace(/\n$/, "").split("\n")) {
    if (text === "") break;
    const quoted = everything || QUOTED.test(line);
    everything ||= /^(?:&gt;|>){3}/.test(line);
    const node = lineNode(quoted ? line.replace(/^(?:&gt;|>){3} ?/, "").replace(QUOTED, "") : line);
    if (!quoted) blocks.push(node);
    else if (blocks.at(-1)?.tagName === "BLOCKQUOTE") blocks.at(-1).append(node);
    else blocks.push(el("blockquote", {}, node));
  }
  return blocks;
}

function lineNode(line) {
  const hanging = /^\s*[•◦▪▫‣]\s/.test(line) ? " hanging" : "";
  return el("div", { class: `line${hanging}`, dir: "auto" }, line.trim() ? inline(line) : el("br"));
}

/** Slack's text object: plain_text knows emoji only. */
export function textObject(text) {
  if (!text) return [];
  if (text.type === "mrkdwn") return mrkdwn(text.text);
  return String(text.text).split("\n").map((line) => el("div", { class: "line", dir: "auto" }, line ? plain({ ...text, text: line }) : el("br")));
}

/** A text object's words in one piece, for buttons, options and labels. */
export const plain = (text) => (text?.emoji === false ? text.text : emojify(text?.text ?? ""));
