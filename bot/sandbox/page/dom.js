// Builds DOM nodes, the only way anything reaches the page: text is never read as HTML, links never as code.

const SVG = "http://www.w3.org/2000/svg";

/** A node of `tag`. Props: attributes; `on…` listeners; `data` for data-attributes. Children: nodes, texts, lists of them; null is skipped. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** `container`'s children become `nodes`. */
export const fill = (container, ...nodes) => {
  container.replaceChildren(...nodes.flat(Infinity).filter((node) => node !== null && node !== undefined && node !== false));
  return container;
};

/** As `fill`, but a child whose `item` still prints the same stays: an open menu or a half-chosen date in it survives. */
export function keep(container, items, draw) {
  const known = new Map([...container.children].map((node) => [node.keptAs, node]));
  const wanted = items.map((item) => {
    const print = JSON.stringify(item);
    const node = known.get(print) ?? draw(item);
    known.delete(print);
    node.keptAs = print;
    return node;
  });
  known.forEach((node) => node.remove());
  wanted.forEach((node, at) => container.children[at] === node || container.insertBefore(node, container.children[at] ?? null));
}

/** The address when it is one that a click may follow, else null: a whole one, or a path of this workspace's. */
export function safeUrl(url) {
  try {
    const { protocol, href } = new URL(url, url.startsWith("/") ? location.href : undefined);
    return ["http:", "https:", "mailto:", "tel:"].includes(protocol) ? href : null;
  } catch {
    return null;
  }
}

/** A link that opens beside the page; a text when its address isn't safe. Permalinks of this workspace stay in the page (see app.js). */
export function link(url, ...children) {
  const href = safeUrl(url);
  return href ? el("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children) : el("span", {}, ...children);
}

const STROKES = {
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  down: "M6 9l6 6 6-6",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  reply: "M4 5h16v11H10l-4 4v-4H4z",
  smile: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M8.5 14.5c2 2.4 5 2.4 7 0M9 9.5h.01M15 9.5h.01",
  hash: "M9 4L7 20M17 4l-2 16M4.5 9h16M3.5 15h16",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  people: "M9 11a3.2 3.2 0 1 0 0-6.4a3.2 3.2 0 1 0 0 6.4M3 19c0-3.5 2.6-5.5 6-5.5s6 2 6 5.5M16 5a3 3 0 0 1 0 5.8M17.5 13.8c2.2.6 3.5 2.4 3.5 5.2",
  pin: "M9 3h6l-1 7 3.5 3.5h-11L10 10zM12 13.5V21",
  bolt: "M13 3L5 14h6l-1 7 8-11h-6z",
  send: "M4 12L20 4l-5 16-3.5-6.5zM11.5 13.5L20 4",
  plug: "M8 3v5M16 3v5M5 8h14v3a7 7 0 0 1-14 0zM12 18v3",
  out: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
};

/** A small line drawing; decoration only, so the button around it needs a label. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", STROKES[name]);
  svg.append(path);
  return svg;
}

/** A round button that is only an icon; `label` is what it does, in words. */
export const iconButton = (name, label, onclick, props = {}) =>
  el("button", { type: "button", class: "icon-button", title: label, "aria-label": label, onclick, ...props }, icon(name));
