// The left side: who is looking, the channels, the people, the app.
import { el, icon, keep, link } from "./dom.js";
import { faultsButton } from "./faults.js";
import { whereabouts } from "./mentions.js";
import { avatar } from "./messages.js";
import { popover } from "./overlays.js";
import { addressOf, appName, isDirect, isMember, nameOf, titleOf, withApp, world } from "./world.js";

const node = document.getElementById("sidebar");
const lists = { channels: section("Channels"), more: section("More channels"), people: section("Direct messages"), apps: section("Apps"), links: section("Outside") };
const switcher = el("button", { type: "button", class: "switcher", "aria-haspopup": "dialog", id: "switcher", onclick: switchPerson });
node.append(el("div", { class: "top" }, switcher, faultsButton()), el("div", { class: "lists" }, Object.values(lists).map(({ box }) => box)));

function section(title) {
  const list = el("div", { class: "entries" });
  return { box: el("section", { "aria-label": title }, el("h2", {}, title), list), list };
}

/** `visit(place)` is what a click does; a person's place is found or opened by `visit({with: id})`. */
export function drawSidebar(visit) {
  const { me, people, channels, place } = world;
  switcher.replaceChildren(
    avatar(me.id),
    el("span", { class: "who" }, el("small", {}, "You are"), el("b", {}, el("bdi", {}, nameOf(me.id)))),
    icon("down"),
  );
  const all = [...channels.values()].filter((channel) => !isDirect(channel)).sort((one, other) => one.name.localeCompare(other.name));
  const entry = (channel) => ({ place: channel.id, title: titleOf(channel), kind: channel.is_private ? "lock" : "hash", unread: channel.unread, archived: channel.is_archived, here: place === channel.id });
  const others = [...people.values()].filter((person) => !person.is_bot && !person.deleted && person.id !== me.id);
  const withPerson = (person) => [...channels.values()].find((channel) => channel.is_im && channel.user === person.id);
  const direct = (person) => {
    const channel = withPerson(person);
    return { place: channel?.id ?? null, with: person.id, title: nameOf(person.id), person: person.id, unread: channel?.unread ?? 0, here: Boolean(channel) && place === channel.id };
  };
  const dm = [...channels.values()].find(withApp);
  const app = world.app && { place: "home", title: appName(), person: world.app.bot_user_id, unread: dm?.unread ?? 0, here: place === "home" || (Boolean(dm) && place === dm.id), connected: world.app.connected };
  const put = (section, items) => {
    section.box.hidden = !items.length;
    keep(section.list, items, (item) => row(item, visit));
  };
  put(lists.channels, all.filter((channel) => isMember(channel) && !channel.is_archived).map(entry));
  put(lists.more, all.filter((channel) => !isMember(channel) || channel.is_archived).map(entry));
  const groups = [...channels.values()].filter((channel) => channel.is_mpim).map((channel) => ({ ...entry(channel), kind: "people" }));
  put(lists.people, [...others.map(direct), ...groups]);
  put(lists.apps, app ? [app] : []);
  lists.links.box.hidden = !world.links.length;
  keep(lists.links.list, world.links, outside);
}

function outside({ title, url }) {
  const node = link(url, icon("out"), el("span", { class: "title" }, el("bdi", {}, title)));
  node.classList.add("row");
  return node;
}

function row(item, visit) {
  const classes = ["row", item.here && "here", item.unread && "unread", item.archived && "archived"];
  const go = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    visit(item.place ?? { with: item.with });
  };
  const state = item.connected === undefined ? null : el("span", { class: `light ${item.connected ? "on" : "off"}`, title: item.connected ? "Connected" : "Not connected" });
  return el(
    "a",
    { class: classes.filter(Boolean).join(" "), href: item.place ? addressOf(item.place) : "#", "aria-current": item.here ? "page" : null, onclick: go, data: item.place ? { channel: item.place } : { with: item.with } },
    item.person ? avatar(item.person) : icon(item.kind),
    el("span", { class: "title" }, el("bdi", {}, item.title), item.archived ? el("small", {}, " archived") : null),
    state,
    item.unread ? el("span", { class: "badge", "aria-label": `${item.unread} unread` }, String(item.unread)) : null,
  );
}

function switchPerson() {
  const people = [...world.people.values()].filter((person) => !person.is_bot && !person.deleted);
  const as = (person) =>
    el(
      "a",
      { class: "row", href: addressOf(world.place, { user: person.id }), "aria-current": person.id === world.me.id ? "true" : null, data: { user: person.id } },
      avatar(person.id),
      el("span", {}, el("bdi", {}, nameOf(person.id)), el("small", {}, [person.title, whereabouts(person)].filter(Boolean).join(" · "))),
    );
  popover(switcher, "Switch person", el("h2", {}, "Look through the eyes of"), people.map(as), el("p", { class: "quiet" }, "Open somebody in a second window to be two people at once."));
}
