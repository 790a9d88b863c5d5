// The top of a place: its name, topic, people, pins and bookmarks.
import { el, fill, icon, iconButton, link } from "./dom.js";
import { emojify } from "./emoji.js";
import { whereabouts } from "./mentions.js";
import { avatar, authorOf } from "./messages.js";
import { inline, mrkdwn, plain } from "./mrkdwn.js";
import { menu, popover, trying } from "./overlays.js";
import { act, ask } from "./server.js";
import { appName, here, isDirect, isMember, nameOf, titleOf, withApp, world } from "./world.js";

const node = document.getElementById("header");

/** `visit(place, {ts})` goes somewhere; `openMenu` shows the sidebar where it is hidden. */
export function drawHeader({ visit, openMenu }) {
  const channel = here();
  const opener = iconButton("menu", "Open the list of channels", openMenu, { class: "icon-button narrow" });
  const app = world.place === "home" || (channel && withApp(channel));
  const person = channel?.is_im ? channel.user : app && world.app.bot_user_id;
  const title = app ? appName() : channel ? titleOf(channel) : "";
  const sign = person ? avatar(person) : icon(channel?.is_mpim ? "people" : channel?.is_private ? "lock" : "hash");
  document.title = `${person || isDirect(channel) ? title : `#${title}`} · ${nameOf(world.me.id)}`;
  fill(
    node,
    el("div", { class: "line-one" }, opener, sign, el("h1", {}, el("bdi", {}, title)), topic(channel), channel && !channel.is_im ? tools(channel, visit) : null),
    app ? tabs(visit) : null,
    channel?.bookmarks?.length ? bookmarks(channel) : null,
  );
}

const topic = (channel) => el("div", { class: "topic", dir: "auto", title: channel?.topic?.value ?? null }, inline(channel?.topic?.value ?? ""));

const tools = (channel, visit) => [
  channel.pins?.length
    ? el("button", { type: "button", class: "count", id: "pins", title: "Pinned messages", onclick: (event) => trying(pins(event.currentTarget, channel, visit)) }, icon("pin"), String(channel.pins.length))
    : null,
  el(
    "button",
    { type: "button", class: "count", id: "members", title: "Members", onclick: (event) => members(event.currentTarget, channel) },
    icon("people"),
    String(channel.members.length),
  ),
  isMember(channel) && !channel.is_archived
    ? iconButton("more", "Channel actions", ({ currentTarget }) => menu(currentTarget, "Channel actions", [{ label: `Leave #${channel.name}`, act: () => trying(act("leave", { channel: channel.id })) }]))
    : null,
];

const tabs = (visit) => {
  const tab = (words, place, current, unread) =>
    el("button", { type: "button", role: "tab", "aria-selected": String(current), onclick: () => visit(place) }, words, unread ? el("span", { class: "badge", "aria-label": `${unread} unread` }, String(unread)) : null);
  const home = world.place === "home";
  const unread = [...world.channels.values()].find(withApp)?.unread;
  return el("div", { class: "tabs", role: "tablist" }, tab("Home", "home", home), tab("Messages", { with: world.app.bot_user_id }, !home, home && unread));
};

const bookmarks = (channel) =>
  el(
    "nav",
    { class: "bookmarks", "aria-label": "Bookmarks" },
    channel.bookmarks.map(({ title, link: url, emoji }) => link(url, emojify(emoji || ":link:"), " ", el("bdi", {}, title))),
  );

function members(anchor, channel) {
  const rows = channel.members.map((id) => {
    const person = world.people.get(id);
    const note = person && !person.is_bot ? [person.title, whereabouts(person)].filter(Boolean).join(" · ") : "App";
    return el("div", { class: "row" }, avatar(id), el("span", {}, el("bdi", {}, nameOf(id)), el("small", {}, note)));
  });
  popover(anchor, "Members", el("h2", {}, `${channel.members.length} members`), rows);
}

/** Pins may be older than what is on screen, so the channel is read further back for them. */
async function pins(anchor, channel, visit) {
  const { messages } = await ask("messages", { channel: channel.id, limit: 1000 });
  const pinned = messages.filter((message) => channel.pins.includes(message.ts)).reverse();
  const missing = channel.pins.length - pinned.length;
  const row = (message) =>
    el(
      "button",
      { type: "button", class: "row pin", data: { pin: message.ts }, onclick: () => (close(), visit(channel.id, { ts: message.ts })) },
      avatar(message.user, authorOf(message)),
      el("span", {}, el("bdi", {}, authorOf(message)), el("small", { class: "two-lines", dir: "auto" }, summary(message))),
    );
  const close = popover(anchor, "Pinned messages", el("h2", {}, "Pinned"), pinned.map(row), missing ? el("p", { class: "quiet" }, `${missing} more in threads or far back.`) : null);
}

const summary = ({ text, blocks }) => {
  const words = mrkdwn(text || plain(blocks?.find((block) => block.text)?.text));
  return words.map((line) => line.textContent).join(" ");
};
