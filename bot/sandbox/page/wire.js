// What people type, as Slack carries it, and back: @ana is <@UANA>, & < > are escaped, addresses are links.
import { world } from "./world.js";

const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const CODE = /(```[\s\S]*?```|`[^`\n]+`)/;

function names() {
  const known = new Map(["here", "channel", "everyone"].map((range) => [`@${range}`, `<!${range}>`]));
  for (const { id, name, real_name: real } of world.people.values()) {
    for (const called of [name, real]) if (called) known.set(`@${called.toLowerCase()}`, `<@${id}>`);
  }
  for (const { id, name, is_im: direct } of world.channels.values()) if (!direct) known.set(`#${name.toLowerCase()}`, `<#${id}>`);
  return known;
}

/** What was typed, as Slack's text. Code stays as it is. */
export function toWire(typed) {
  const known = names();
  const longestFirst = [...known.keys()].sort((one, other) => other.length - one.length).map((name) => literal(escape(name)));
  const mention = new RegExp(`(?<![\\p{L}\\p{N}_@#&;/])(?:${longestFirst.join("|")})(?![\\p{L}\\p{N}_-])`, "giu");
  return typed
    .split(CODE)
    .map((part, at) => {
      if (at % 2) return escape(part);
      return escape(part)
        .replace(/\bhttps?:\/\/\S*[^\s.,;:!?)]/g, (url) => `<${url}>`)
        .replace(mention, (name) => known.get(name.toLowerCase().replace(/&amp;/g, "&")) ?? name);
    })
    .join("");
}

/** Slack's text as somebody would have typed it, to edit it. */
export const fromWire = (text) =>
  text
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (whole, id) => (world.people.has(id) ? `@${world.people.get(id).name}` : whole))
    .replace(/<#(\w+)(?:\|[^>]*)?>/g, (whole, id) => (world.channels.has(id) ? `#${world.channels.get(id).name}` : whole))
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<(https?:[^>|]+)(?:\|[^>]*)?>/g, "$1")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
