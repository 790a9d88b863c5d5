// Block Kit's blocks: https://docs.slack.dev/reference/block-kit/blocks
import { el, link, safeUrl } from "./dom.js";
import { element } from "./elements.js";
import { markdown } from "./markdown.js";
import { mrkdwn, plain, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/** The nodes of `blocks`. `surface` is where they stand; see elements.js. `errors` are sentences by block id. */
export const blocksOf = (blocks, surface, errors = {}) =>
  (blocks ?? []).map((block) => {
    const draw = DRAW[block.type];
    const inside = draw ? draw(block, surface, errors[block.block_id]) : el("span", { class: "unknown" }, `(${block.type} block isn't shown in this workspace)`);
    return el("div", { class: `block ${block.type}`, data: { blockId: block.block_id ?? "" } }, inside);
  });

const picture = (image) => {
  const src = safeUrl(image.image_url ?? image.slack_file?.url ?? "");
  return src ? el("img", { src, alt: image.alt_text ?? "", title: image.alt_text, loading: "lazy" }) : el("span", { class: "quiet" }, image.alt_text ?? "");
};

const section = (block, surface) => {
  const accessory = block.accessory && (block.accessory.type === "image" ? picture(block.accessory) : element(block, block.accessory, surface));
  const words = el(
    "div",
    { class: "text" },
    block.text ? textObject(block.text) : null,
    block.fields ? el("div", { class: "fields" }, block.fields.map((one) => el("div", { class: "field" }, textObject(one)))) : null,
  );
  return [words, accessory ? el("div", { class: "accessory" }, accessory) : null];
};

const input = (block, surface, error) => {
  const id = `${surface.id}-${block.block_id}-${block.element.action_id}`;
  const field = element(block, block.element, surface, true);
  const target = field.id ? field : (field.querySelector(`[id="${CSS.escape(id)}"]`) ?? field);
  if (error) target.setAttribute("aria-invalid", "true");
  target.setAttribute("aria-describedby", `${id}-about`);
  if (!target.matches("input, select, textarea")) target.setAttribute("aria-label", plain(block.label));
  return [
    el("label", { for: id, dir: "auto" }, plain(block.label), block.optional ? el("span", { class: "quiet" }, " (optional)") : null),
    field,
    el(
      "div",
      { id: `${id}-about` },
      error ? el("div", { class: "error", role: "alert", dir: "auto" }, error) : null,
      block.hint ? el("div", { class: "hint", dir: "auto" }, plain(block.hint)) : null,
    ),
  ];
};

const cell = (content) => {
  if (content?.type === "rich_text") return richText(content);
  if (content?.type === "mrkdwn" || content?.type === "plain_text") return textObject(content);
  return String(content?.text ?? content?.value ?? "");
};

const table = ({ rows, column_settings: columns = [] }) => {
  const line = (tag) => (row) =>
    el("tr", {}, row.map((content, at) => el(tag, { dir: "auto", class: columns[at]?.align ?? null }, cell(content))));
  const [head, ...body] = rows;
  return el("table", {}, el("thead", {}, line("th")(head)), el("tbody", {}, body.map(line("td"))));
};

const DRAW = {
  section,
  input,
  table,
  header: ({ text }) => el("h3", { dir: "auto" }, plain(text)),
  divider: () => el("hr"),
  context: ({ elements }) => elements.map((part) => (part.type === "image" ? picture(part) : el("div", {}, textObject(part)))),
  actions: (block, surface) => block.elements.map((spec) => element(block, spec, surface)),
  image: (block) => el("figure", {}, block.title ? el("figcaption", { dir: "auto" }, plain(block.title)) : null, picture(block)),
  rich_text: richText,
  markdown: ({ text }) => markdown(text),
  video: (block) => [
    el("div", { dir: "auto" }, el("b", {}, link(block.title_url ?? block.video_url, plain(block.title)))),
    block.description ? el("div", { class: "quiet", dir: "auto" }, plain(block.description)) : null,
  ],
  alert: (block) => el("div", { class: `notice ${block.level ?? "default"}`, role: "note" }, textObject(block.text)),
};

/** An old-style attachment: its coloured edge, and blocks or the few fields that are still in use. */
export const attachment = (part, surface) => {
  const colour = /^#?[0-9a-f]{6}$/i.test(part.color ?? "") ? `#${part.color.replace("#", "")}` : ({ good: "#2f8f5b", warning: "#c98a1b", danger: "#c0392b" }[part.color] ?? null);
  return el(
    "div",
    { class: "attachment", style: colour && `border-color: ${colour}` },
    part.pretext ? mrkdwn(part.pretext) : null,
    part.title ? el("b", { dir: "auto" }, part.title_link ? link(part.title_link, part.title) : part.title) : null,
    part.blocks ? blocksOf(part.blocks, surface) : mrkdwn(part.text ?? part.fallback ?? ""),
    part.footer ? el("div", { class: "quiet", dir: "auto" }, part.footer) : null,
  );
};
