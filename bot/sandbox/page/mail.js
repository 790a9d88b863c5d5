// Keeps the mailbox's page current: the letters, newest first.
import { el, fill, keep, link } from "./dom.js";

const LOOK_MS = 1000;
const ADDRESS = /(https?:\/\/[^\s<>]+)/;

const box = document.getElementById("letters");
const clock = (seconds) => new Date(seconds * 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const linked = (text) => text.split(ADDRESS).map((part) => (ADDRESS.test(part) ? link(part, part) : part));

async function look() {
  try {
    const { letters } = await (await fetch("/letters.json")).json();
    if (letters.length) keep(box, letters, drawn);
    else fill(box, el("p", { class: "quiet" }, "None yet. Whoever does not answer in Slack gets one, if the on-call book says so."));
    document.body.className = "";
  } catch {
    document.body.className = "away";
  }
  setTimeout(look, LOOK_MS);
}

const drawn = ({ at, to, subject, text }) =>
  el("article", {}, el("h2", { dir: "auto" }, subject), el("p", { class: "quiet" }, `to ${to} · ${clock(at)}`), el("pre", { dir: "auto" }, linked(text.trim())));

look();
