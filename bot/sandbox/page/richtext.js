// The rich_text block: what people's own messages are made of, and some of the bot's.
import { dateNode } from "./dates.js";
import { el, link } from "./dom.js";
import { emojiNode } from "./mrkdwn.js";
import { broadcastMention, channelMention, groupMention, userMention } from "./mentions.js";

const STYLES = { bold: "b", italic: "i", strike: "s", underline: "u", code: "code" };

export const richText = (block) => block.elements.map(piece);

function piece(part) {
  switch (part.type) {
    case "rich_text_section": return el("div", { class: "line", dir: "auto" }, part.elements.map(inline));
    case "rich_text_preformatted": return el("pre", {}, part.elements.map(inline));
    case "rich_text_quote": return el("blockquote", { dir: "auto" }, part.elements.map(inline));
    case "rich_text_list": return list(part);
    default: return [];
  }
}

function list({ style, elements, indent = 0, offset = 0 }) {
  const props = { style: `margin-inline-start: ${indent * 1.6}em`, start: style === "ordered" && offset ? offset + 1 : null };
  return el(style === "ordered" ? "ol" : "ul", props, elements.map((item) => el("li", { dir: "auto" }, item.elements.map(inline))));
}

function inline(part) {
  const node = bare(part);
  return Object.entries(STYLES).reduce((inner, [style, tag]) => (part.style?.[style] ? el(tag, {}, inner) : inner), node);
}

function bare(part) {
  switch (part.type) {
    case "text": return part.text;
    case "link": return link(part.url, part.text || part.url);
    case "emoji": return emojiNode(part.name);
    case "user": return userMention(part.user_id);
    case "channel": return channelMention(part.channel_id);
    case "usergroup": return groupMention(part.usergroup_id);
    case "broadcast": return broadcastMention(part.range);
    case "date": return dateNode(part.timestamp, part.format, part.url, part.fallback);
    case "color": return el("code", {}, part.value);
    default: return part.text ?? "";
  }
}
