// The failures drawer: makes the workspace behave as Slack does on a bad day, and well again.
import { el, iconButton } from "./dom.js";
import { popover, trying } from "./overlays.js";
import { faults, setFaults } from "./server.js";

const RATE_LIMIT_S = 20;
const LATE_S = 6;

const KINDS = [
  { label: "Slack's Web API is down", note: "Every call of the app's fails, its socket is cut", fault: { kind: "down", method: "*", times: null } },
  {
    label: `Rate limited for ${RATE_LIMIT_S} s`,
    note: `Every call is answered with 429, “retry after ${RATE_LIMIT_S} s”`,
    fault: { kind: "ratelimited", method: "*", times: null, retry_after: RATE_LIMIT_S },
    seconds: RATE_LIMIT_S,
  },
  { label: "Slow deliveries", note: `Commands, clicks and events reach the app ${LATE_S} s late`, fault: { kind: "late_delivery", method: "*", times: null, delay: LATE_S } },
  { label: "Duplicate deliveries", note: "Everything reaches the app twice", fault: { kind: "duplicate_delivery", method: "*", times: null } },
  { label: "Lost replies", note: "A message is posted, but the app never hears that it was", fault: { kind: "lost_reply", method: "chat.postMessage", times: null } },
];

const same = (one, other) => one.kind === other.kind && one.method === other.method;

/** The button that opens the drawer; it says when a failure is on. */
export function faultsButton() {
  const button = iconButton("plug", "Failures", () => trying(open(button)), { class: "icon-button faults", "aria-haspopup": "dialog" });
  const refresh = async () => mark((await faults()).faults);
  const mark = (active) => {
    const words = active.length ? `Failures: ${active.length} on` : "Failures: none";
    button.classList.toggle("on", active.length > 0);
    button.title = words;
    button.setAttribute("aria-label", words);
    return active;
  };

  async function open(anchor) {
    let active = mark((await faults()).faults);
    const set = async (next) => {
      await setFaults(next);
      active = mark(next);
    };
    const flip = (kind, box) => {
      const others = active.filter((fault) => !same(fault, kind.fault));
      trying(set(box.checked ? [...others, kind.fault] : others));
      if (box.checked && kind.seconds) setTimeout(() => trying(lift(kind)), kind.seconds * 1000);
    };
    const lift = async (kind) => {
      await set((await faults()).faults.filter((fault) => !same(fault, kind.fault)));
      const box = document.querySelector(`[data-fault=${kind.fault.kind}]`);
      if (box) box.checked = false;
    };
    const row = (kind) =>
      el(
        "label",
        { class: "choice" },
        el("input", {
          type: "checkbox",
          checked: active.some((fault) => same(fault, kind.fault)),
          data: { fault: kind.fault.kind },
          onchange: ({ target }) => flip(kind, target),
        }),
        el("span", {}, kind.label, el("small", {}, kind.note)),
      );
    const clear = () => {
      trying(set([]));
      close();
    };
    const close = popover(
      anchor,
      "Failures",
      el("h2", {}, "Failures"),
      el("p", { class: "quiet" }, "What happens to your incident when Slack has a bad day? Switch one on and see."),
      el("div", { class: "choices" }, KINDS.map(row)),
      el("div", { class: "row-end" }, el("button", { type: "button", class: "button", onclick: clear }, "All well again")),
    );
  }

  refresh().catch(() => mark([])); // without the workspace there is nothing to say about it
  return button;
}
