// The app's Home tab: the view that it published for this person.
import { blocksOf } from "./blockkit.js";
import { el, fill } from "./dom.js";
import { surfaceOf } from "./elements.js";
import { act, ask } from "./server.js";
import { appName } from "./world.js";

let shown = "";
let heard = 0; // how often the app has published while this page was open

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

/** Reads what was published; what has been heard of meanwhile is newer than this answer. */
export async function loadHome() {
  const before = heard;
  const { view } = await ask("home");
  if (heard === before) show(view);
}

/** Shows what the app has just published. */
export function showHome(view) {
  heard += 1;
  show(view);
}

function show(view) {
  const node = document.getElementById("home");
  const print = JSON.stringify(view);
  if (!node || print === shown) return;
  shown = print;
  const surface = surfaceOf("h", { type: "view", view_id: view?.id }, { state: view?.state?.values });
  fill(node, view ? el("div", { class: "blocks" }, blocksOf(view.blocks, surface)) : el("p", { class: "empty" }, `${appName()} hasn't put anything here yet.`));
}
