// The app's Home tab: the view that it published for this person.
import { blocksOf } from "./blockkit.js";
import { el, fill } from "./dom.js";
import { surfaceOf } from "./elements.js";
import { act, ask } from "./server.js";
import { appName } from "./world.js";

let shown = "";

/** The place for Home; `loadHome` fills it. */
export const homeNode = () => {
  shown = "";
  return el("div", { class: "home", id: "home", tabindex: "0", "aria-label": `${appName()} home` });
};

/** Tells the app that its Home was opened, and shows what it has published. */
export async function openHome() {
  await act("open_home");
  await loadHome();
}

export const loadHome = async () => showHome((await ask("home")).view);

export function showHome(view) {
  const node = document.getElementById("home");
  const print = JSON.stringify(view);
  if (!node || print === shown) return;
  shown = print;
  const surface = surfaceOf("h", { type: "view", view_id: view?.id }, { state: view?.state?.values });
  fill(node, view ? el("div", { class: "blocks" }, blocksOf(view.blocks, surface)) : el("p", { class: "empty" }, `${appName()} hasn't put anything here yet.`));
}
