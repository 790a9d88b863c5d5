"use strict";
const $ = (id) => document.getElementById(id);
const rows = [...document.querySelectorAll("#timeline li")];
const times = rows.map((row) => row.querySelector("time"));
const dates = times.map((time) => new Date(time.dateTime));
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
let zone = here;
let words = null; // what each row says, in small letters; read when somebody first searches
let timer = 0;

// Swedish writes dates as ISO does: 2026-07-01 14:02:11.
function showTimes() {
  const stamp = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  rows.forEach((row, n) => {
    const [day, clock] = stamp.format(dates[n]).split(" ");
    row.day = day;
    times[n].textContent = clock;
    times[n].title = `${day} ${clock} ${zone}`;
  });
  for (const time of document.querySelectorAll("header time, .mitigation time, footer time"))
    time.textContent = stamp.format(new Date(time.dateTime));
  for (const name of document.querySelectorAll(".zone")) name.textContent = zone;
  $("zone").textContent = `Times: ${zone}`;
}

function showRows() {
  const wanted = $("search").value.trim().toLowerCase(), tag = $("tag").value, by = $("by").value;
  const until = Number($("until").value);
  if (wanted && !words) words = rows.map((row) => row.textContent.toLowerCase());
  let shown = 0, day = "";
  rows.forEach((row, n) => {
    const hide = n >= until || (tag && row.dataset.tag !== tag) || (by && row.dataset.by !== by)
      || (wanted && !words[n].includes(wanted));
    if (row.hidden !== Boolean(hide)) row.hidden = Boolean(hide);
    if (hide) return;
    shown += 1;
    if (row.day === day) delete row.dataset.day;
    else if (row.dataset.day !== row.day) row.dataset.day = row.day;
    day = row.day;
  });
  $("count").textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} events`;
  showState(until);
}

function showState(until) {
  document.querySelector("li.now")?.classList.remove("now");
  $("state").hidden = until >= rows.length;
  if (until >= rows.length) return;
  let n = until - 1;
  rows[n].classList.add("now");
  while (!rows[n].dataset.state) n -= 1;
  $("state").textContent = `${since(dates[until - 1] - dates[0])} in: ${rows[n].dataset.state}`;
}

function since(ms) {
  const minutes = Math.floor(ms / 60000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function play() {
  if (timer) return stop();
  if (Number($("until").value) >= rows.length) $("until").value = 1;
  $("play").textContent = "❚❚ Pause";
  step();
}

// A whole incident takes about half a minute, however long it is; a short one goes event by event.
function step() {
  showRows();
  const until = Number($("until").value);
  rows[until - 1].scrollIntoView({ block: "nearest" });
  if (until >= rows.length) return stop();
  $("until").value = until + Math.ceil(rows.length / 200);
  timer = setTimeout(step, Math.max(75, Math.min(800, 30000 / rows.length)));
}

function stop() {
  clearTimeout(timer);
  timer = 0;
  $("play").textContent = "▶ Replay";
}

for (const id of ["search", "tag", "by"]) $(id).addEventListener("input", showRows);
$("until").addEventListener("input", () => { stop(); showRows(); });
$("play").addEventListener("click", play);
$("zone").addEventListener("click", () => { zone = zone === "UTC" ? here : "UTC"; showTimes(); showRows(); });
$("controls").addEventListener("submit", (event) => event.preventDefault());
$("controls").hidden = false;
showTimes();
showRows();
