// The forms that the app opens over the page: a stack of views, of which the top one shows.
import { blocksOf } from "./blockkit.js";
import { el, fill, iconButton } from "./dom.js";
import { surfaceOf } from "./elements.js";
import { plain } from "./mrkdwn.js";
import { trying } from "./overlays.js";
import { act, ask } from "./server.js";
import { appName } from "./world.js";

const dialog = document.getElementById("modal");
/** What people have filled in, by view. A view that is updated keeps what stood in the fields which stay. */
const filled = new Map();
let stack = [];
let shown = "";

/** Reads which views are open: after a reload, and after the workspace was away. */
export const loadViews = async () => showStack((await ask("views")).stack);

/** Shows the top of `views`, or nothing when there are none. */
export function showStack(views) {
  stack = views;
  for (const id of filled.keys()) if (!views.some((view) => view.id === id)) filled.delete(id);
  const top = stack.at(-1);
  const print = JSON.stringify([top, stack.length]);
  if (print === shown) return;
  shown = print;
  if (!top) return dialog.close();
  draw(top);
}

function draw(view, { errors = {}, failure = null } = {}) {
  const surface = surfaceOf("v", { type: "view", view_id: view.id }, { state: view.state?.values, kept: filled.get(view.id) });
  filled.set(view.id, surface.values);
  const held = document.activeElement?.closest("#modal") ? document.activeElement.id : null;
  const fresh = dialog.dataset.view !== view.id;
  dialog.dataset.view = view.id;
  dialog.dataset.callbackId = view.callback_id ?? "";
  dialog.setAttribute("aria-label", plain(view.title));
  const submit = view.submit && el("button", { type: "submit", class: "button primary" }, plain(view.submit));
  const send = async (event) => {
    event.preventDefault();
    if (!submit || submit.hasAttribute("aria-busy")) return;
    submit.setAttribute("aria-busy", "true");
    try {
      const outcome = await act("submit", { view_id: view.id, state: surface.values });
      if (outcome.ok === false && stack.at(-1)?.id === view.id) draw(stack.at(-1), { errors: outcome.errors ?? {} });
    } catch (refused) {
      if (stack.at(-1)?.id === view.id) draw(stack.at(-1), { failure: refused.message });
    } finally {
      submit.removeAttribute("aria-busy");
    }
  };
  const form = el(
    "form",
    { novalidate: true, onsubmit: send },
    el(
      "header",
      {},
      stack.length > 1 ? iconButton("back", "Back", close) : null,
      el("h2", { dir: "auto" }, plain(view.title)),
      el("span", { class: "tag" }, appName()),
      iconButton("close", "Close", close),
    ),
    el("div", { class: "blocks" }, blocksOf(view.blocks, surface, errors)),
    failure ? el("div", { class: "failure", role: "alert", dir: "auto" }, failure) : null,
    el("footer", {}, el("button", { type: "button", class: "button", onclick: close }, plain(view.close) || (submit ? "Cancel" : "Close")), submit),
  );
  fill(dialog, form);
  if (!dialog.open) dialog.showModal();
  const first = form.querySelector("[aria-invalid]") ?? (fresh || !held ? form.querySelector("[autofocus]") ?? form.querySelector(".blocks :is(input, select, textarea, summary)") : document.getElementById(held));
  (first ?? form.querySelector("footer button:last-child")).focus({ preventScroll: !first?.matches("[aria-invalid]") });
}

/** Closes the top view. When the workspace can't hear it, the page closes it alone. */
function close() {
  const view = stack.at(-1);
  if (view) trying(act("close", { view_id: view.id }).catch((refused) => (showStack(stack.slice(0, -1)), Promise.reject(refused))));
}

dialog.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.target.closest(".popover")) return;
  event.preventDefault();
  close();
});
dialog.addEventListener("cancel", (event) => event.target === dialog && event.preventDefault());
