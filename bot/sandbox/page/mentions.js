// People, channels, groups and everyone, as they stand inside a text.
import { el } from "./dom.js";
import { clock, now } from "./dates.js";
import { addressOf, nameOf, titleOf, world } from "./world.js";

export function userMention(id, label) {
  const person = world.people.get(id);
  const mine = id === world.me.id ? " me" : "";
  const title = person && !person.is_bot ? `${nameOf(id)}, ${person.tz ?? ""}` : null;
  return el("bdi", { class: `mention${mine}`, title, data: { user: id } }, `@${person ? nameOf(id) : (label ?? id)}`);
}

export function channelMention(id, label) {
  const channel = world.channels.get(id);
  if (!channel) return el("bdi", { class: "mention" }, label ? `#${label}` : "a private channel");
  return el("a", { class: "mention", href: addressOf(id), data: { place: id } }, el("bdi", {}, `#${titleOf(channel)}`));
}

/** A group stands out for whoever is in it; who that is says the title. */
export function groupMention(id, label) {
  const group = world.groups.get(id);
  const mine = group?.users.includes(world.me.id) ? " me" : "";
  const title = group ? group.users.map(nameOf).join(", ") || "Nobody" : null;
  return el("bdi", { class: `mention${mine}`, title, data: { group: id } }, `@${(label ?? group?.handle ?? id).replace(/^@/, "")}`);
}

/** Stands out, because it has just rung everybody's phone. */
export const broadcastMention = (range) =>
  el("bdi", { class: "mention everyone", title: `Pings everyone (@${range})`, data: { broadcast: range } }, `@${range}`);

/** "Ana Ruiz, 03:12 in Madrid". */
export function whereabouts(person) {
  const city = person.tz?.split("/").pop().replaceAll("_", " ");
  const time = city && new Intl.DateTimeFormat("en-GB", { timeZone: person.tz, hour: "2-digit", minute: "2-digit" }).format(now() * 1000);
  return city ? `${time} in ${city}` : `${clock(now())} here`;
}
