// Keeps the checkout's page current: its health in large letters, a graph, and the calls that it received.
import { el, fill } from "./dom.js";

const part = (id) => document.getElementById(id);
const LOOK_MS = 1000;
const [WIDTH, HEIGHT, SECONDS] = [600, 130, 120];

const read = async (path) => (await fetch(path)).json();
const percent = (rate) => `${(rate * 100).toFixed(rate && rate < 0.1 ? 1 : 0)} %`;
const clock = (date) => new Date(date).toLocaleTimeString("en-GB");

async function look() {
  try {
    const [health, metrics, admin] = await Promise.all(["/health", "/metrics.json", "/admin/calls"].map(read));
    document.body.className = health.status;
    show(health);
    graph(metrics, health);
    calls(admin);
  } catch {
    document.body.className = "away";
    part("status").textContent = "Not running";
  }
  setTimeout(look, LOOK_MS);
}

function show({ status, error_rate: rate, version, instances, traffic, since }) {
  part("status").textContent = status === "ok" ? "Checkout works" : "Checkout fails";
  part("since").textContent = `since ${clock(since)}`;
  const facts = { "Error rate": percent(rate), Version: version, Instances: instances, Traffic: `${traffic} %` };
  fill(part("facts"), Object.entries(facts).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", { data: { fact: name } }, String(value)))));
}

function graph({ samples, failing_from: limit }, { error_rate: rate }) {
  const now = Date.now() / 1000;
  const across = (at) => WIDTH - ((now - at) / SECONDS) * WIDTH;
  const up = (value) => HEIGHT - 4 - value * (HEIGHT - 10);
  const points = [...samples.map((sample) => [sample.at, sample.error_rate]), [now, rate]].map(([at, value]) => `${across(at).toFixed(1)} ${up(value).toFixed(1)}`);
  const line = (name, d) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", name);
    path.setAttribute("d", d);
    return path;
  };
  fill(part("graph"), line("limit", `M0 ${up(limit)}H${WIDTH}`), line("rate", `M${points.join("L")}`));
}

function calls({ calls: acted, trials }) {
  const made = [...acted, ...trials.map((one) => ({ ...one, trial: true }))].sort((one, other) => one.at - other.at);
  if (!made.length) return fill(part("calls"), el("p", { class: "quiet" }, "None yet. Each needs an Idempotency-Key: a repeated call gets the same answer and does nothing."));
  const what = ({ call, asked }) => [call, ...Object.values(asked)].join(" ");
  const came = ({ status, repeat, trial, would }) => (trial && status === 200 ? `a dry run, nothing done: ${would}` : status !== 200 ? `refused (${status})` : repeat ? "a repeat: same answer, nothing done" : "done");
  const row = (one) =>
    el("tr", {}, [clock(one.at * 1000), what(one), one.key ?? "none", one.token ?? "", came(one)].map((words) => el("td", { dir: "auto" }, words)));
  const head = ["Time", "Call", "Idempotency-Key", "Fencing-Token", "What came of it"].map((words) => el("th", {}, words));
  fill(part("calls"), el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, made.slice(-50).reverse().map(row))));
}

async function send(path, body = {}) {
  const response = await fetch(path, { method: "POST", body: JSON.stringify(body) }).catch(() => null);
  part("trouble").textContent = response?.ok ? "" : ((await response?.json())?.error ?? "The checkout isn't running.");
}

part("break").addEventListener("click", () => send("/break", { how: part("stubborn").checked ? "stubborn" : "leak" }));
part("repair").addEventListener("click", () => send("/repair"));
look();
