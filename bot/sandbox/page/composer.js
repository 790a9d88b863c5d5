// Where people write: Enter sends, / lists the commands, @ and # find names.
import { el, fill, iconButton } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { menu, trying } from "./overlays.js";
import { act } from "./server.js";
import { nameOf, world } from "./world.js";

const drafts = new Map();
const OFFERED = 8;

/** The composer of a channel, or of a thread in it. `sent` runs when something was sent. */
export function composer(channel, { thread = null, label, sent = () => {} }) {
  const draft = `${channel}/${thread ?? ""}`;
  const box = el("textarea", {
    rows: 1, dir: "auto", placeholder: label, "aria-label": label, "aria-autocomplete": "list", enterkeyhint: "send", data: { channel },
  });
  const notice = el("div", { class: "notices" });
  const list = el("div", { class: "offers", role: "listbox", "aria-label": "Suggestions", hidden: true });
  let offers = [];
  let chosen = 0;

  const grow = () => {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  };
  const write = (text, caret = text.length) => {
    box.value = text;
    box.setSelectionRange(caret, caret);
    changed();
    box.focus();
  };
  const changed = () => {
    drafts.set(draft, box.value);
    grow();
    show(offersFor(box.value, box.selectionStart));
  };
  const show = (found) => {
    [offers, chosen] = [found.filter((offer) => offer.insert), 0];
    list.hidden = !found.length;
    fill(list, found.map(row));
    mark();
  };
  const row = (offer, at) =>
    el(
      "div",
      { class: "row", role: "option", id: `offer-${draft}-${at}`, onmousedown: (event) => (event.preventDefault(), offer.insert && take(offer)) },
      el("b", {}, el("bdi", {}, offer.label)),
      el("span", { class: "quiet", dir: "auto" }, offer.note ?? ""),
    );
  const mark = () => {
    if (offers.length) [...list.children].forEach((node, at) => node.setAttribute("aria-selected", String(at === chosen)));
    box.setAttribute("aria-activedescendant", offers.length ? list.children[chosen].id : "");
  };
  const take = ({ insert, from }) => write(box.value.slice(0, from) + insert + box.value.slice(box.selectionStart), from + insert.length);

  const say = (sentence) =>
    fill(
      notice,
      el(
        "div",
        { class: "slackbot", role: "alert" },
        el("div", {}, el("b", {}, "Workspace"), el("span", { class: "quiet" }, " Only visible to you"), el("div", { class: "text" }, mrkdwn(sentence))),
        iconButton("close", "Dismiss", () => fill(notice)),
      ),
    );

  const send = async () => {
    const typed = box.value.trim();
    if (!typed) return;
    const command = typed.startsWith("/");
    if (command && thread) {
      say(`${typed.split(/\s/)[0]} can't be used in a thread. Use it in the channel.`);
      return;
    }
    write("");
    fill(notice);
    try {
      await act(command ? "command" : "say", { channel, text: typed, ...(thread && { thread_ts: thread }) });
      sent();
    } catch (refused) {
      say(refused.message);
      if (!box.value) write(typed);
      show([]);
    }
  };

  const keys = {
    ArrowDown: () => (chosen = (chosen + 1) % offers.length),
    ArrowUp: () => (chosen = (chosen - 1 + offers.length) % offers.length),
    Tab: () => take(offers[chosen]),
    Enter: () => take(offers[chosen]),
    Escape: () => show([]),
  };
  box.addEventListener("input", changed);
  box.addEventListener("blur", () => show([]));
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the Enter that ends a Japanese word isn't a send
    const whole = offers.some((offer) => offer.whole && offer.insert.trim() === box.value.trim());
    if (offers.length && keys[event.key] && !(event.key === "Enter" && (event.shiftKey || whole))) {
      event.preventDefault();
      keys[event.key]();
      mark();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  });
  const quick = ({ currentTarget }) => {
    const shortcuts = world.shortcuts.filter((shortcut) => shortcut.type === "global");
    menu(currentTarget, "Shortcuts", [
      ...shortcuts.map(({ name, description, callback_id }) => ({ label: name, note: description, act: () => trying(act("shortcut", { callback_id, channel })), data: { callbackId: callback_id } })),
      ...world.commands.map(({ command, description }) => ({ label: command, note: description, act: () => write(`${command} `) })),
    ]);
  };
  const hasQuick = !thread && (world.commands.length > 0 || world.shortcuts.some((shortcut) => shortcut.type === "global"));
  box.value = drafts.get(draft) ?? "";
  requestAnimationFrame(grow);
  const node = el(
    "div",
    { class: "composer" },
    notice,
    list,
    el("div", { class: "field" }, hasQuick ? iconButton("bolt", "Shortcuts and commands", quick, { "aria-haspopup": "menu" }) : null, box, iconButton("send", "Send", send)),
  );
  return { node, focus: () => box.focus({ preventScroll: true }) };
}

/** What could come next at the caret; entries without `insert` are only a hint. */
function offersFor(text, caret) {
  const found = namesFor(text.slice(0, caret));
  if (found.length || !text.startsWith("/") || text.includes("\n")) return found.slice(0, OFFERED);
  const [word, ...rest] = text.split(" ");
  if (!rest.length) {
    return world.commands
      .filter(({ command }) => command.startsWith(word))
      .map(({ command, description, usage_hint: usage }) => ({ label: `${command} ${usage ?? ""}`, note: description, insert: `${command} `, from: 0, whole: true }));
  }
  const known = rest.length === 1 && world.commands.find(({ command }) => command === word);
  return known?.usage_hint ? [{ label: word, note: known.usage_hint }] : [];
}

/** People after an @, channels after a #. */
function namesFor(before) {
  const [, sign, begun] = /(?:^|\s)([@#])([\p{L}\p{N}_.-]*)$/u.exec(before) ?? [];
  const starts = (...words) => words.some((word) => word?.toLowerCase().startsWith(begun.toLowerCase()));
  const from = before.length - (begun?.length ?? 0) - 1;
  if (sign === "@") {
    const people = [...world.people.values()]
      .filter((person) => !person.deleted && starts(person.name, person.real_name, person.real_name?.split(" ").at(-1)))
      .map(({ id, name, title }) => ({ label: nameOf(id), note: [`@${name}`, title].filter(Boolean).join(" · "), insert: `@${name} `, from }));
    const groups = [...world.groups.values()]
      .filter((group) => group.is_enabled && starts(group.handle))
      .map(({ handle, users }) => ({ label: `@${handle}`, note: users.map(nameOf).join(", "), insert: `@${handle} `, from }));
    return [...people, ...groups];
  }
  const channels = sign ? [...world.channels.values()].filter((channel) => !channel.is_im && !channel.is_archived && starts(channel.name)) : [];
  return channels.map(({ name }) => ({ label: `#${name}`, insert: `#${name} `, from }));
}
