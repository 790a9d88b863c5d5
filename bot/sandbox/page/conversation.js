// A conversation on screen: a channel's messages or a thread's, kept current and scrolled where the reader wants it.
import { dayName, isoDay } from "./dates.js";
import { el, keep } from "./dom.js";
import { isQuiet, messageNode } from "./messages.js";
import { ask } from "./server.js";
import { isPinned, world } from "./world.js";

const GROUP_SECONDS = 300;
const NEAR_END_PX = 40;
/** Ephemeral messages that were waved away; only this page knows. */
const dismissed = new Set();

export class Conversation {
  #messages = new Map();
  #loading = false;
  #stale = false;
  #atEnd = true;
  #list = el("div", { class: "list" });

  /** `thread` is the parent's ts, or null for the channel itself; `unread` of the last messages are new to the reader. */
  constructor(channel, { thread = null, unread = 0, open = null } = {}) {
    Object.assign(this, { channel, thread, unread, open });
    this.node = el("div", { class: "conversation", role: "log", tabindex: "0", "aria-label": thread ? "Thread" : "Messages", data: { channel } }, this.#list);
    this.node.addEventListener("scroll", () => {
      this.#atEnd = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_END_PX;
    });
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
        const { messages } = await ask("messages", { channel: this.channel, ...(this.thread && { thread_ts: this.thread }) });
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
    const firstNew = this.unread ? messages.filter(({ is_ephemeral: own }) => !own).at(-this.unread)?.ts : null;
    messages.forEach((message, at) => {
      const before = messages[at - 1];
      if (!before || isoDay(before.ts) !== isoDay(message.ts)) items.push({ day: dayName(message.ts) });
      if (message.ts === firstNew) items.push({ fresh: true });
      items.push({ message, channel: this.channel, grouped: items.at(-1)?.message === before && follows(before, message), pinned: isPinned(here, message) });
    });
    if (!messages.length) items.push({ empty: this.thread ? "" : "Nothing has been said here yet." });
    keep(this.#list, items, (item) => this.#line(item));
    this.#follow();
  }

  #line(item) {
    if (item.day) return el("div", { class: "day", role: "separator" }, el("span", {}, item.day));
    if (item.fresh) return el("div", { class: "day fresh", role: "separator" }, el("span", {}, "New"));
    if (!item.message) return el("p", { class: "empty" }, item.empty);
    const { ts, thread_ts: thread } = item.message;
    const dismiss = () => {
      dismissed.add(ts);
      this.draw();
    };
    return messageNode(item, { open: this.thread ? null : () => this.open(thread ?? ts), dismiss });
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

function follows(before, message) {
  if (!before || isQuiet(before) || isQuiet(message) || before.is_ephemeral || message.is_ephemeral) return isQuiet(before ?? {}) && isQuiet(message);
  const same = before.user === message.user && before.bot_id === message.bot_id && before.username === message.username;
  return same && message.ts - before.ts < GROUP_SECONDS;
}
