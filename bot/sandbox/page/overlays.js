// What opens above the page for a moment: menus beside a button, questions, and short notices.
import { el, fill, iconButton } from "./dom.js";

const GAP = 6;

/** Opens `content` beside `anchor`; Escape, a click elsewhere, or the returned function closes it. */
export function popover(anchor, label, ...content) {
  const box = el("div", { class: "popover", popover: "auto", role: "dialog", "aria-label": label }, ...content);
  (anchor.closest("dialog") ?? document.body).append(box);
  box.addEventListener("toggle", ({ newState }) => newState === "closed" && box.remove());
  box.showPopover();
  const [at, size] = [anchor.getBoundingClientRect(), box.getBoundingClientRect()];
  const below = at.bottom + GAP + size.height <= innerHeight;
  box.style.top = `${Math.max(GAP, below ? at.bottom + GAP : at.top - GAP - size.height)}px`;
  box.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - size.width - GAP))}px`;
  box.querySelector("input, button, a")?.focus({ preventScroll: true });
  return () => box.hidePopover();
}

/** A list of things to do: {label, act, href, danger, note}; null entries are skipped. */
export function menu(anchor, label, entries) {
  const rows = entries.filter(Boolean).map(({ label: words, act, href, danger, note, data }) => {
    const inside = [el("span", { dir: "auto" }, words), note ? el("small", { dir: "auto" }, note) : null];
    const props = { class: danger ? "row danger" : "row", role: "menuitem", data: data ?? {} };
    const choose = () => {
      close();
      act?.();
    };
    return href
      ? el("a", { ...props, href, target: "_blank", rel: "noopener noreferrer", onclick: choose }, inside)
      : el("button", { ...props, type: "button", onclick: choose }, inside);
  });
  const list = el("div", { role: "menu", class: "menu", onkeydown: steps }, rows);
  const close = popover(anchor, label, list);
}

/** Arrow keys walk the rows. */
function steps(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const rows = [...event.currentTarget.children];
  rows.at((rows.indexOf(document.activeElement) + step) % rows.length).focus();
}

/** Asks before something is done; true when the person goes ahead. */
export function confirmed({ title, text, confirm, deny, danger = false }) {
  return new Promise((resolve) => {
    const dialog = el(
      "dialog",
      { class: "confirm", "aria-label": title },
      el("h2", { dir: "auto" }, title),
      el("div", { class: "text" }, text),
      el(
        "footer",
        {},
        el("button", { type: "button", class: "button", onclick: () => dialog.close() }, deny),
        el("button", { type: "button", class: `button ${danger ? "danger" : "primary"}`, onclick: () => dialog.close("yes") }, confirm),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("footer button:last-child").focus();
  });
}

const TOAST_MS = 8000;

/** A sentence that goes away by itself. It stands above open forms too. */
export function toast(sentence) {
  const tray = document.getElementById("toasts");
  const note = el("div", { class: "toast", role: "alert", dir: "auto" }, el("span", {}, sentence), iconButton("close", "Dismiss", () => drop()));
  const drop = () => {
    note.remove();
    if (!tray.children.length) tray.hidePopover();
  };
  const last = [...tray.children].filter((other) => other.firstChild.textContent !== sentence).slice(-2);
  fill(tray, last, note);
  if (tray.matches(":popover-open")) tray.hidePopover();
  tray.showPopover();
  setTimeout(drop, TOAST_MS);
}

/** Does it, and says so when it was refused. */
export const trying = (promise) => promise.catch((refused) => toast(refused.message));
