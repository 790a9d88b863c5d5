// The markdown block: headings, lists, quotes, code, tables, and styles within a line.
import { el, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { emojiNode } from "./mrkdwn.js";

const FENCE = /^\s*```/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const ROW = /^\s*\|(.*)\|\s*$/;

/** The markdown as block nodes, top to bottom. */
export function markdown(text) {
  const lines = text.replace(/\r/g, "").split("\n");
  const blocks = [];
  const take = (pattern) => {
    const from = lines.findIndex((line) => !pattern.test(line));
    return lines.splice(0, from < 0 ? lines.length : from);
  };
  while (lines.length) {
    const [line] = lines;
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (FENCE.test(line)) {
      lines.shift();
      const end = lines.findIndex((other) => FENCE.test(other));
      blocks.push(el("pre", {}, lines.splice(0, end < 0 ? lines.length : end).join("\n")));
      lines.shift();
    } else if (heading) {
      blocks.push(el(`h${Math.min(heading[1].length + 2, 6)}`, { dir: "auto" }, inline(heading[2])));
      lines.shift();
    } else if (RULE.test(line)) {
      blocks.push(el("hr"));
      lines.shift();
    } else if (/^\s*>/.test(line)) {
      blocks.push(el("blockquote", {}, markdown(take(/^\s*>/).map((quoted) => quoted.replace(/^\s*> ?/, "")).join("\n"))));
    } else if (ROW.test(line) && /^\s*\|[\s:|-]+\|\s*$/.test(lines[1] ?? "")) {
      blocks.push(table(take(ROW)));
    } else if (ITEM.test(line)) {
      const mark = /^\s*\d/.test(line) ? "\\d+[.)]" : "[-*+]";
      blocks.push(list(take(new RegExp(`^\\s*${mark}\\s|^\\s{2,}\\S`))));
    } else if (line.trim()) {
      const from = lines.findIndex((other, at) => at > 0 && (!other.trim() || FENCE.test(other) || ITEM.test(other) || /^(#{1,6}\s|\s*>)/.test(other)));
      const paragraph = lines.splice(0, from < 0 ? lines.length : from);
      blocks.push(el("p", { dir: "auto" }, paragraph.flatMap((words, at) => (at ? [el("br"), ...inline(words)] : inline(words)))));
    } else {
      lines.shift();
    }
  }
  return blocks;
}

function list(lines) {
  const base = ITEM.exec(lines[0])[1].length;
  const items = [];
  for (const line of lines) {
    const match = ITEM.exec(line);
    if (match && match[1].length <= base) items.push({ words: match[3], under: [] });
    else items.at(-1).under.push(line.slice(base + 2));
  }
  const node = ({ words, under }) => {
    const box = /^\[([ xX])\]\s+(.*)$/.exec(words);
    const said = box ? [`${box[1] === " " ? "☐" : "☑"} `, ...inline(box[2])] : inline(words);
    return el("li", { dir: "auto", class: box ? "task" : null }, said, under.length ? markdown(under.join("\n")) : null);
  };
  const first = /\d+/.exec(lines[0].slice(0, 6))?.[0];
  const ordered = /^\s*\d/.test(lines[0]);
  return el(ordered ? "ol" : "ul", { start: ordered && first !== "1" ? first : null }, items.map(node));
}

function table([head, , ...rows]) {
  const cells = (row) => ROW.exec(row)[1].split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\\|/g, "|"));
  const line = (tag) => (row) => el("tr", {}, cells(row).map((cell) => el(tag, { dir: "auto" }, inline(cell))));
  return el("div", { class: "table" }, el("table", {}, el("thead", {}, line("th")(head)), el("tbody", {}, rows.map(line("td")))));
}

const INLINE = [
  [/\\([\\`*_~[\]|<>#])/, (character) => character],
  [/`([^`]+)`/, (code) => el("code", {}, code)],
  [/\[([^\]]+)\]\(([^()\s]+)\)/, (words, url) => link(url, ...inline(words))],
  [/<(https?:[^<>\s]+)>/, (url) => link(url, url)],
  [/\*\*(?=\S)(.+?)(?<=\S)\*\*/, (words) => el("b", {}, inline(words))],
  [/(?<![\p{L}\p{N}])__(?=\S)(.+?)(?<=\S)__(?![\p{L}\p{N}])/u, (words) => el("b", {}, inline(words))],
  [/~~(?=\S)(.+?)(?<=\S)~~/, (words) => el("s", {}, inline(words))],
  [/\*(?=[^\s*])([^*]+?)(?<=\S)\*/, (words) => el("i", {}, inline(words))],
  [/(?<![\p{L}\p{N}_])_(?=[^\s_])([^_]+?)(?<=\S)_(?![\p{L}\p{N}_])/u, (words) => el("i", {}, inline(words))],
  [/:([a-z0-9_+-]+):/, (name) => (emoji(name) ? emojiNode(name) : `:${name}:`)],
  [/(https?:\/\/[^\s<>]+[^\s<>.,;:!?)])/, (url) => link(url, url)],
];

/** The earliest mark wins; what it holds is read again. */
function inline(text) {
  const found = INLINE.map(([pattern, draw]) => [pattern.exec(text), draw])
    .filter(([match]) => match)
    .sort(([one], [other]) => one.index - other.index)[0];
  if (!found) return text ? [text] : [];
  const [match, draw] = found;
  return [...inline(text.slice(0, match.index)), draw(...match.slice(1)), ...inline(text.slice(match.index + match[0].length))];
}
