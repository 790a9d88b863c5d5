// A message's text as somebody would have typed it, to edit it. The other way round is the workspace's work.
import { world } from "./world.js";

export const asTyped = (text) =>
  text
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (whole, id) => (world.people.has(id) ? `@${world.people.get(id).name}` : whole))
    .replace(/<#(\w+)(?:\|[^>]*)?>/g, (whole, id) => (world.channels.has(id) ? `#${world.channels.get(id).name}` : whole))
    .replace(/<!subteam\^(\w+)(?:\|[^>]*)?>/g, (whole, id) => (world.groups.has(id) ? `@${world.groups.get(id).handle}` : whole))
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<(https?:[^>|]+)(?:\|[^>]*)?>/g, "$1")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
