// Talks to the workspace: asks, acts, listens, and comes back by itself when the workspace was away.
import { world } from "./world.js";

/** What the workspace said no to, as a sentence. */
export class Refused extends Error {}

const AWAY = "The workspace can't be reached. Nothing was sent; try again when it is back.";
const RETRY_MS = 1000;
const SILENCE_MS = 25_000; // the workspace pings every 10 s; after this long without a word the line is dead

async function answer(path, request) {
  const response = await fetch(path, request).catch(() => {
    throw new Refused(AWAY);
  });
  const body = await response.json().catch(() => ({}));
  if (!response.ok || body.error) throw new Refused(body.error ?? `The workspace answered ${response.status}.`);
  return body;
}

const post = (path, body) =>
  answer(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** Reads `/client/<path>` as the person who is looking. */
export const ask = (path, query = {}) => answer(`/client/${path}?${new URLSearchParams({ user: world.me.id, ...query })}`);

/** Does something as the person who is looking. */
export const act = (path, body = {}) => post(`/client/${path}`, { user: world.me.id, ...body });

export const faults = () => answer("/control/faults");
export const setFaults = (list) => post("/control/faults", { faults: list });

/** Hears the workspace's events for good. `onopen` runs after each (re)connection, `onlost` when one breaks. */
export function listen({ onopen, onevent, onlost }) {
  const source = new EventSource(`/client/stream?${new URLSearchParams({ user: world.me.id })}`);
  let watch;
  const again = () => {
    clearTimeout(watch);
    source.close();
    onlost();
    setTimeout(() => listen({ onopen, onevent, onlost }), RETRY_MS);
  };
  const alive = () => {
    clearTimeout(watch);
    watch = setTimeout(again, SILENCE_MS);
  };
  source.onopen = () => {
    alive();
    onopen();
  };
  source.onmessage = ({ data }) => {
    alive();
    onevent(JSON.parse(data));
  };
  source.onerror = again;
}
