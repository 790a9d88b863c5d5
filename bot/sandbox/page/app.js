// The page's one thread of life: who is looking, at what place, and what the workspace says meanwhile.
import { composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { el, fill, iconButton } from "./dom.js";
import { drawHeader } from "./header.js";
import { homeNode, loadHome, openHome, showHome } from "./home.js";
import { loadViews, showStack } from "./modal.js";
import { trying } from "./overlays.js";
import { act, ask, listen } from "./server.js";
import { drawSidebar } from "./sidebar.js";
import { addressOf, appName, here, isDirect, isMember, learn, titleOf, world } from "./world.js";

const part = (id) => document.getElementById(id);
const FIRST_PERSON = "UANA";
const FIRST_PLACE = "CINCIDENTS";
const READ_PAUSE_MS = 300;

let middle = null; // the channel's conversation
let side = null; // the thread's
let reading;

world.me = { id: new URLSearchParams(location.search).get("user") ?? sessionStorage.getItem("user") ?? FIRST_PERSON };
sessionStorage.setItem("user", world.me.id); // a permalink names no person

listen({ onopen: () => trying(refresh()), onevent: hear, onlost: () => connection(false) });

/** Reads everything anew: at the start, and whenever the workspace was away. */
async function refresh() {
  learn(await ask("boot"));
  connection(true);
  if (world.place !== "home" && !here()) {
    await visit(...addressed());
  } else {
    draw();
    await Promise.all([middle?.load(), side?.load(), world.place === "home" && loadHome()]);
  }
  await loadViews();
}

/** The place that the address bar names, as `visit` wants it. */
function addressed() {
  const query = new URLSearchParams(location.search);
  const [place, more] = archived(location) ?? [query.get("channel") ?? FIRST_PLACE, { ts: query.get("ts"), thread: query.get("thread") }];
  return [place, { ...more, push: false }];
}

/** The message behind a permalink: /archives/C…/p<ts without its dot>. */
function archived(url) {
  const [, channel, seconds, rest] = /^\/archives\/(\w+)(?:\/p(\d+)(\d{6}))?$/.exec(url.pathname) ?? [];
  return channel && [channel, { ts: seconds && `${seconds}.${rest}`, thread: new URLSearchParams(url.search).get("thread_ts") }];
}

/** Goes to a channel, to "home", or to the conversation {with: somebody}. */
async function visit(place, { ts = null, thread = null, push = true } = {}) {
  if (place.with) return visit(await directWith(place.with));
  const known = place === "home" || world.channels.has(place);
  world.place = known ? place : ([...world.channels.values()].find(isMember)?.id ?? "home");
  world.thread = known ? thread : null;
  document.body.classList.remove("menu-open");
  if (push) history.pushState(null, "", addressOf(world.place, { thread: world.thread, ts }));
  middle = world.place === "home" ? null : new Conversation(world.place, { unread: here().unread, open: (parent) => openThread(parent) });
  fill(part("middle"), middle ? middle.node : homeNode());
  fill(part("foot"));
  draw();
  openThread(world.thread, { push: false, ts });
  const conversation = middle;
  await (conversation ? conversation.load() : openHome());
  if (ts) conversation?.point(thread ?? ts);
  read();
}

async function directWith(person) {
  const { channel } = await act("dm", { with: person });
  world.channels.set(channel.id, channel);
  return channel.id;
}

function openThread(parent, { push = true, ts = null } = {}) {
  world.thread = parent;
  document.body.classList.toggle("thread-open", Boolean(parent));
  if (push) history.replaceState(null, "", addressOf(world.place, { thread: parent }));
  side = parent && middle ? new Conversation(world.place, { thread: parent }) : null;
  if (!side) return fill(part("thread"));
  const channel = world.place;
  const write = composer(channel, { thread: parent, label: "Reply…", sent: () => side?.toEnd() });
  const shut = iconButton("close", "Close thread", () => openThread(null));
  const name = el("span", { class: "quiet" }, el("bdi", {}, isDirect(here()) ? titleOf(here()) : `#${here().name}`));
  fill(part("thread"), el("header", {}, el("h2", {}, "Thread"), name, shut), side.node, here().is_archived || !isMember(here()) ? null : write.node);
  trying(side.load().then(() => ts && side?.point(ts)));
  write.focus();
}

function draw() {
  drawSidebar((place) => trying(visit(place)));
  drawHeader({ visit: (place, more) => trying(visit(place, more)), openMenu: () => document.body.classList.toggle("menu-open") });
  banner();
  foot();
}

/** The composer, or why there is none. It is drawn anew only when that changes, so that nothing half-written is lost. */
function foot() {
  const channel = here();
  const kind = !channel ? "none" : channel.is_archived ? "archived" : isMember(channel) ? "write" : "join";
  const key = `${channel?.id} ${kind} ${channel && titleOf(channel)} ${world.commands.length}`;
  if (part("foot").dataset.key === key && part("foot").children.length) return;
  part("foot").dataset.key = key;
  if (kind === "write") {
    const write = composer(channel.id, { label: `Message ${isDirect(channel) ? titleOf(channel) : `#${channel.name}`}`, sent: () => middle?.toEnd() });
    fill(part("foot"), write.node);
    if (matchMedia("(hover: hover)").matches) write.focus();
  } else if (kind === "join") {
    const join = el("button", { type: "button", class: "button primary", onclick: () => trying(act("join", { channel: channel.id })) }, `Join #${channel.name}`);
    fill(part("foot"), el("div", { class: "closed" }, "You are looking in from outside.", join));
  } else fill(part("foot"), kind === "archived" ? el("div", { class: "closed" }, "This channel is archived. It can be read, not written to.") : null);
}

function banner() {
  const off = world.app && !world.app.connected;
  fill(part("banner"), off ? el("span", {}, el("b", {}, `${appName()} is not connected.`), " Commands and buttons fail until it is back.") : null);
}

function connection(up) {
  document.body.classList.toggle("away", !up);
  fill(part("away"), up ? null : "The workspace can't be reached. Trying again…");
}

function hear(event) {
  if (world.place === null) return; // the first reading is still under way and will hold it
  switch (event.type) {
    case "message":
    case "message_changed":
    case "message_deleted": return hearMessage(event);
    case "channel": return hearChannel(event.channel);
    case "channel_left": return leave(event.channel);
    case "view": return showStack(event.stack);
    case "home": return showHome(event.view);
    case "usergroup":
      world.groups.set(event.usergroup.id, event.usergroup); // a mention stays as it was when it was made
      return;
    case "person":
      world.people.set(event.person.id, { ...world.people.get(event.person.id), ...event.person });
      draw();
      return;
    case "app":
      world.app.connected = event.connected;
      draw();
  }
}

function hearMessage(event) {
  middle?.hear(event);
  side?.hear(event);
  const { channel, message } = event;
  const aside = event.type !== "message" || message.is_ephemeral || (message.thread_ts && message.thread_ts !== message.ts) || message.user === world.me.id;
  if (aside) return;
  if (channel === world.place && document.visibilityState === "visible") return read();
  const known = world.channels.get(channel);
  if (known && isMember(known)) world.channels.set(channel, { ...known, unread: known.unread + 1 });
  draw();
}

function hearChannel(channel) {
  const current = channel.id === world.place && document.visibilityState === "visible";
  world.channels.set(channel.id, current ? { ...channel, unread: 0 } : channel);
  draw();
  if (channel.id === world.place) middle?.draw();
}

function leave(channel) {
  const known = world.channels.get(channel);
  if (known?.is_private) world.channels.delete(channel);
  if (channel === world.place && known?.is_private) return trying(visit(FIRST_PLACE));
  draw();
}

/** What is on screen counts as read, once the burst is over. */
function read() {
  const channel = here();
  if (!channel || !isMember(channel)) return;
  clearTimeout(reading);
  reading = setTimeout(() => act("read", { channel: channel.id }).catch(() => {}), READ_PAUSE_MS); // the next visit reads again
  if (channel.unread) world.channels.set(channel.id, { ...channel, unread: 0 });
  drawSidebar((place) => trying(visit(place)));
}

/** Links to this workspace's own channels and messages stay in the page. */
document.addEventListener("click", (event) => {
  const anchor = event.target.closest("a[href]");
  if (!anchor || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (anchor.dataset.place) {
    event.preventDefault();
    return trying(visit(anchor.dataset.place));
  }
  const url = new URL(anchor.href);
  const message = archived(url);
  if (url.origin !== location.origin || !message) return;
  event.preventDefault();
  trying(visit(...message));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], .popover")) return;
  if (document.body.classList.contains("menu-open")) document.body.classList.remove("menu-open");
  else if (world.thread) openThread(null);
});
part("shade").addEventListener("click", () => document.body.classList.remove("menu-open"));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && read());
addEventListener("popstate", () => trying(visit(...addressed())));
