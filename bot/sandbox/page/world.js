// What the page knows right now: who is looking, at what, and the names behind ids.

export const world = {
  me: { id: "", tz: undefined },
  people: new Map(),
  channels: new Map(),
  groups: new Map(),
  app: null,
  commands: [],
  shortcuts: [],
  /** Pages beside the workspace: {title, url}. */
  links: [],
  /** What the middle shows: a channel's id, or "home" for the app's Home tab. */
  place: null,
  /** The thread in the side panel, by its parent's ts. */
  thread: null,
};

/** Takes what /client/boot says. */
export function learn(boot) {
  world.me = boot.me;
  world.people = new Map(boot.people.map((person) => [person.id, person]));
  world.channels = new Map(boot.channels.map((channel) => [channel.id, channel]));
  world.groups = new Map((boot.usergroups ?? []).map((group) => [group.id, group]));
  world.app = boot.app;
  world.commands = boot.commands;
  world.shortcuts = boot.shortcuts;
  world.links = boot.links;
}

export const here = () => world.channels.get(world.place);
export const nameOf = (id) => world.people.get(id)?.real_name || world.people.get(id)?.name || id;
export const appName = () => world.app?.name ?? "The app";
export const isMember = (channel) => channel.is_im || channel.members.includes(world.me.id);
export const withApp = (channel) => channel.is_im && channel.user === world.app?.bot_user_id;
export const isPinned = (channel, message) => (channel?.pins ?? []).includes(message.ts) || (message.pinned_to ?? []).includes(channel?.id);

export const isDirect = (channel) => channel.is_im || Boolean(channel.is_mpim);

/** What a channel is called: a DM by the other people in it. */
export function titleOf(channel) {
  if (!isDirect(channel)) return channel.name;
  return channel.is_im ? nameOf(channel.user) : channel.members.filter((id) => id !== world.me.id).map(nameOf).join(", ");
}

/** Where a link to this place leads; with another `user`, the same place as somebody else. */
export function addressOf(place, { user = world.me.id, ts, thread } = {}) {
  const query = new URLSearchParams({ user, channel: place });
  if (thread) query.set("thread", thread);
  if (ts) query.set("ts", ts);
  return `/?${query}`;
}
