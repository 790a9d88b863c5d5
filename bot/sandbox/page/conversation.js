// A conversation on screen: a channel's messages or a thread's, kept current and scrolled where the reader wants it.
import { dayName, isoDay } from "./dates.js";
import { el, keep } from "./dom.js";
import { isQuiet, messageNode } from "./messages.js";
import { ask } from "./server.js";
import { appName, isPinned, titleOf, world } from "./world.js";

const LIMIT = 200;
const GROUP_SECONDS = 300;
const NEAR_END_PX = 40;
/** Ephemeral messages that were waved away; only this page knows. */
const dismissed = new Set();

export class Conversation {
  #messages = new Map();
  #loading = false;
  #stale = false;
  #atEnd = true;
  #firstNew = null;
  #list = el("div", { class: "list" });
  #below = el("button", { type: "button", class: "button below", hidden: true, onclick: () => this.toEnd() }, "New messages below");

  /** `thread` is the parent's ts, or null for the channel itself; `unread` of the last messages are new to the reader. */
  constructor(channel, { thread = null, unread = 0, open = null } = {}) {
    Object.assign(this, { channel, thread, unread, open });
    this.node = el("div", { class: "conversation", role: "log", tabindex: "0", "aria-label": thread ? "Thread" : "Messages", data: { channel } }, this.#list, this.#below);
    this.node.addEventListener("scroll", () => {
      this.#atEnd = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_END_PX;
      if (this.#atEnd) this.#below.hidden = true;
    });
    this.node.addEventListener("keydown", (event) => this.#walk(event));
    new ResizeObserver(() => this.#follow()).observe(this.#list);
    new ResizeObserver(() => this.#follow()).observe(this.node);
  }

  /** Reads everything anew; what happens meanwhile makes it read once more. */
  async load() {
    this.#stale = true;
    if (this.#loading) return;
    this.#loading = true;
    try {
      while (this.#stale) {
        this.#stale = false;
        const { messages } = await ask("messages", { channel: this.channel, limit: LIMIT, ...(this.thread && { thread_ts: this.thread }) });
        this.#messages = new Map(messages.map((message) => [message.ts, message]));
      }
    } finally {
      this.#loading = false;
    }
    this.draw();
  }

  /** Takes an event of the stream; true when it was a message that this conversation now shows. */
  hear({ type, channel, message, ts }) {
    if (channel !== this.channel) return false;
    if (this.#loading) this.#stale = true;
    if (type === "message_deleted") this.#messages.delete(ts);
    else if (type === "message" ? this.#shows(message) : this.#messages.has(message.ts)) this.#messages.set(message.ts, message);
    else return false;
    this.draw();
    if (type === "message" && !this.#atEnd) this.#below.hidden = false;
    return type === "message";
  }

  #shows({ ts, thread_ts: thread, subtype }) {
    if (this.thread) return thread === this.thread || ts === this.thread;
    return !thread || thread === ts || subtype === "thread_broadcast";
  }

  get messages() {
    return [...this.#messages.values()].filter(({ ts }) => !dismissed.has(ts)).sort((one, other) => one.ts - other.ts);
  }

  draw() {
    const here = world.channels.get(this.channel);
    const messages = this.messages;
    const items = [];
    if (this.unread && !this.#loading) this.#firstNew ??= messages.filter(({ is_ephemeral: own }) => !own).at(-this.unread)?.ts; // it stays where the reader came in
    messages.forEach((message, at) => {
      const before = messages[at - 1];
      if (!before || isoDay(before.ts) !== isoDay(message.ts)) items.push({ day: dayName(message.ts) });
      if (message.ts === this.#firstNew) items.push({ fresh: true });
      items.push({ message, channel: this.channel, grouped: items.at(-1)?.message === before && follows(before, message), pinned: isPinned(here, message) });
    });
    if (!this.thread && messages.length < LIMIT) items.unshift({ beginning: titleOf(here) });
    keep(this.#list, items, (item) => this.#line(item));
    this.#follow();
  }

  #line(item) {
    if (item.day) return el("div", { class: "day", role: "separator" }, el("span", {}, item.day));
    if (item.fresh) return el("div", { class: "day fresh", role: "separator" }, el("span", {}, "New"));
    if (item.beginning) return beginning(item.beginning);
    const { ts, thread_ts: thread } = item.message;
    const dismiss = () => {
      dismissed.add(ts);
      this.draw();
    };
    return messageNode(item, { open: this.thread ? null : () => this.open(thread ?? ts), dismiss });
  }

  /** Arrow keys go from message to message; Tab then reaches what can be done with one. */
  #walk(event) {
    const at = event.target.closest(".message");
    if (!["ArrowUp", "ArrowDown"].includes(event.key) || (event.target !== at && event.target !== this.node)) return;
    event.preventDefault();
    const all = [...this.#list.querySelectorAll(".message")];
    const next = at ? all.indexOf(at) + (event.key === "ArrowUp" ? -1 : 1) : all.length - 1;
    all[Math.min(Math.max(next, 0), all.length - 1)]?.focus();
  }

  #follow() {
    if (this.#atEnd) this.node.scrollTop = this.node.scrollHeight;
  }

  /** Brings one message into sight, and marks it for a moment. */
  point(ts) {
    const node = this.#list.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    if (!node) return;
    this.#atEnd = false;
    node.scrollIntoView({ block: "center" });
    node.classList.add("pointed");
    node.addEventListener("animationend", () => node.classList.remove("pointed"), { once: true });
  }

  toEnd() {
    this.#atEnd = true;
    this.#follow();
  }
}

/** Above the first message: where one is, and what to try first. */
function beginning(title) {
  const [first] = world.commands;
  const hint = first ? ["Type ", el("code", {}, `${first.command} help`), ` to see what ${appName()} can do.`] : null;
  return el("div", { class: "beginning" }, el("b", {}, el("bdi", {}, title)), el("div", { class: "quiet" }, "This is where it begins. ", hint));
}

function follows(before, message) {
  if (!before || isQuiet(before) || isQuiet(message) || before.is_ephemeral || message.is_ephemeral) return isQuiet(before ?? {}) && isQuiet(message);
  const same = before.user === message.user && before.bot_id === message.bot_id && before.username === message.username;
  return same && message.ts - before.ts < GROUP_SECONDS;
}
