// One message, as people read it and act on it.
import { attachment, blocksOf } from "./blockkit.js";
import { clock, dateNode, full } from "./dates.js";
import { el, fill, icon, iconButton, safeUrl } from "./dom.js";
import { surfaceOf } from "./elements.js";
import { COMMON, emoji } from "./emoji.js";
import { emojiNode, inline, mrkdwn } from "./mrkdwn.js";
import { confirmed, menu, popover, toast, trying } from "./overlays.js";
import { act } from "./server.js";
import { asTyped } from "./typed.js";
import { appName, nameOf, world } from "./world.js";

/** Lines in which the workspace itself says what happened; they stay small. */
const QUIET = /^(channel|group)_|^(pinned_item|unpinned_item|bot_add|bot_remove|reminder_add)$/;
export const isQuiet = (message) => QUIET.test(message.subtype ?? "");

export const authorOf = (message) => message.username ?? (message.user ? nameOf(message.user) : appName());

const initials = (name) => name.split(/\s+/).slice(0, 2).map((word) => [...word][0]).join("");

/** A person's initials in their colour; the app's are square. */
export function avatar(id, name = nameOf(id)) {
  const person = world.people.get(id);
  const bot = !person || person.is_bot;
  const style = bot ? null : `--person: #${(person.color ?? "").replace("#", "") || "5b6b73"}`;
  return el("span", { class: bot ? "avatar app" : "avatar", style, "aria-hidden": "true" }, initials(name));
}

/**
 * The node of a message. `grouped`: it follows one of the same author, so the name isn't said again.
 * `open` opens its thread, or is null when it is already shown in it.
 */
export function messageNode({ message, channel, grouped, pinned }, { open, dismiss }) {
  const id = `${open ? "m" : "t"}-${message.ts}`; // a thread's parent may be on screen twice
  const draw = () => contents(message, channel, id);
  const body = el("div", { class: "body" }, draw());
  const quiet = isQuiet(message);
  const bot = Boolean(message.bot_id);
  const classes = ["message", grouped && "grouped", quiet && "system", pinned && "pinned", message.is_ephemeral && "ephemeral"];
  const when = el("a", { class: "when", href: message.permalink && safeUrl(message.permalink), title: full(message.ts) }, clock(message.ts));
  const head = el(
    "div",
    { class: "head" },
    el("bdi", { class: "author", data: { author: message.user ?? message.bot_id ?? "" } }, authorOf(message)),
    bot ? el("span", { class: "tag" }, "APP") : null,
    when,
  );
  return el(
    "article",
    {
      class: classes.filter(Boolean).join(" "),
      id,
      tabindex: "-1",
      "aria-label": `${authorOf(message)}, ${clock(message.ts)}`,
      data: { ts: message.ts, channel, ...(message.is_ephemeral && { ephemeral: "" }) },
    },
    pinned ? el("div", { class: "mark" }, icon("pin"), "Pinned") : null,
    message.is_ephemeral ? el("div", { class: "mark" }, "Only visible to you", el("button", { type: "button", class: "plain", onclick: dismiss }, "Dismiss")) : null,
    el("div", { class: "side" }, grouped || quiet ? el("span", { class: "when", title: full(message.ts) }, clock(message.ts)) : avatar(message.user, authorOf(message))),
    el("div", { class: "main" }, grouped || quiet ? null : head, body, reactions(message, channel), threadLine(message, open)),
    message.is_ephemeral || quiet ? null : toolbar(message, channel, open, () => edit(message, channel, body, draw)),
  );
}

function contents(message, channel, id) {
  const container = { type: "message", channel, ts: message.ts, is_ephemeral: message.is_ephemeral ?? false };
  const surface = surfaceOf(id, container, { state: message.state?.values });
  const edited = message.edited ? el("span", { class: "edited", title: full(message.edited.ts) }, " (edited)") : null;
  if (isQuiet(message)) {
    const says = message.text.startsWith("<@") ? message.text : `${nameOf(message.user)} ${message.text}`;
    return el("div", { class: "text", dir: "auto" }, inline(says));
  }
  const said = message.blocks?.length ? blocksOf(message.blocks, surface) : [el("div", { class: "text" }, mrkdwn(message.text))];
  const more = (message.attachments ?? []).map((part) => attachment(part, surface));
  if (edited) (said.at(-1).querySelector(":scope > .line:last-child, :scope > .text > .line:last-child") ?? said.at(-1)).append(edited);
  return [said, more, (message.files ?? []).map(file)];
}

const SIZES = ["B", "kB", "MB", "GB"];
function sizeOf(bytes) {
  const step = Math.min(SIZES.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${(bytes / 1000 ** step).toFixed(step && bytes / 1000 ** step < 10 ? 1 : 0)} ${SIZES[step]}`;
}

function file(one) {
  const url = safeUrl(one.url_private_download ?? one.url_private ?? one.permalink ?? "");
  const image = one.mimetype?.startsWith("image/") && url;
  return el(
    "a",
    { class: "file", href: url, download: one.name, data: { file: one.id } },
    image ? el("img", { src: url, alt: one.alt_txt ?? one.title ?? one.name, loading: "lazy" }) : icon("file"),
    el("span", {}, el("b", { dir: "auto" }, one.title || one.name), el("small", {}, [one.title !== one.name && one.title && one.name, sizeOf(one.size ?? 0), "Download"].filter(Boolean).join(" · "))),
  );
}

const flip = (message, channel, name) => {
  const mine = message.reactions?.find((reaction) => reaction.name === name)?.users.includes(world.me.id);
  return trying(act(mine ? "unreact" : "react", { channel, ts: message.ts, name }));
};

function reactions(message, channel) {
  if (!message.reactions?.length) return null;
  const pill = ({ name, users, count }) => {
    const mine = users.includes(world.me.id);
    const who = `${users.map(nameOf).join(", ")} reacted with :${name}:`;
    return el(
      "button",
      { type: "button", class: "reaction", "aria-pressed": String(mine), title: who, "aria-label": who, data: { reaction: name }, onclick: () => flip(message, channel, name) },
      emojiNode(name),
      String(count),
    );
  };
  const add = iconButton("smile", "Add a reaction", ({ currentTarget }) => pick(currentTarget, (name) => flip(message, channel, name)));
  return el("div", { class: "reactions" }, message.reactions.map(pill), add);
}

function pick(anchor, choose) {
  const close = popover(
    anchor,
    "Reactions",
    el(
      "div",
      { class: "picker" },
      COMMON.map((name) =>
        el("button", { type: "button", title: `:${name}:`, "aria-label": name, data: { emoji: name }, onclick: () => (close(), choose(name)) }, emoji(name)),
      ),
    ),
  );
}

function threadLine(message, open) {
  if (!open || !message.reply_count) return null;
  const words = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  return el(
    "button",
    { type: "button", class: "thread-line", onclick: open },
    (message.reply_users ?? []).slice(0, 4).map((id) => avatar(id)),
    el("b", {}, words),
    el("span", { class: "quiet" }, "last ", dateNode(message.latest_reply, "{ago}")),
  );
}

function toolbar(message, channel, open, change) {
  const own = message.user === world.me.id && !message.bot_id;
  const shortcuts = world.shortcuts.filter((shortcut) => shortcut.type === "message");
  const run = (shortcut) => trying(act("shortcut", { callback_id: shortcut.callback_id, channel, message_ts: message.ts }));
  const copy = () => navigator.clipboard.writeText(message.permalink).then(() => toast("The link is on your clipboard."), () => toast(message.permalink));
  const entries = () => [
    ...shortcuts.map((shortcut) => ({ label: shortcut.name, note: appName(), act: () => run(shortcut), data: { callbackId: shortcut.callback_id } })),
    message.permalink && { label: "Copy link", act: copy },
    own && { label: "Edit message", act: change },
    own && { label: "Delete message…", danger: true, act: () => remove(message, channel) },
  ];
  return el(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    el("button", { type: "button", class: "icon-button", title: "React with :pushpin:", "aria-label": "React with pushpin", onclick: () => flip(message, channel, "pushpin") }, emoji("pushpin")),
    iconButton("smile", "Add a reaction", ({ currentTarget }) => pick(currentTarget, (name) => flip(message, channel, name))),
    open ? iconButton("reply", "Reply in thread", open) : null,
    iconButton("more", "More actions", ({ currentTarget }) => menu(currentTarget, "More actions", entries()), { "aria-haspopup": "menu" }),
  );
}

function edit(message, channel, body, draw) {
  const box = el("textarea", { rows: 2, dir: "auto", "aria-label": "Edit message" });
  box.value = asTyped(message.text);
  const stop = () => fill(body, draw());
  const save = () => act("edit", { channel, ts: message.ts, text: box.value }).then(stop, (refused) => toast(refused.message));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stop();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    save();
  });
  const buttons = [["Cancel", stop, ""], ["Save", save, "primary"]].map(([words, onclick, style]) =>
    el("button", { type: "button", class: `button ${style}`, onclick }, words),
  );
  fill(body, el("div", { class: "editing" }, box, el("div", { class: "row-end" }, buttons)));
  box.focus();
}

async function remove(message, channel) {
  const sure = await confirmed({ title: "Delete this message?", text: mrkdwn(message.text), confirm: "Delete", deny: "Cancel", danger: true });
  if (sure) trying(act("delete", { channel, ts: message.ts }));
}
