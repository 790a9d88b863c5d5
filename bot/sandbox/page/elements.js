// Block Kit's interactive elements: buttons, menus, pickers and fields.
import { fromInput, toInput } from "./dates.js";
import { el, fill, icon, safeUrl } from "./dom.js";
import { confirmed, menu, toast } from "./overlays.js";
import { plain, textObject } from "./mrkdwn.js";
import { act } from "./server.js";
import { isDirect, nameOf, titleOf, world } from "./world.js";

const DISPATCH_PAUSE_MS = 400;
const VALUELESS = new Set(["button", "overflow"]);

/**
 * Where elements stand: in a message or a view, which `container` names as Slack does. `values` fills with what its fields
 * say, by block and action. They begin with what was `kept` of an earlier drawing, else with Slack's `state`, else as the app said.
 */
export function surfaceOf(id, container, { state = {}, kept = {} } = {}) {
  const values = {};
  const place = (block_id, action_id, value) => ({ container, block_id, action_id, value });
  return {
    id,
    values,
    send: (...what) => act("click", { ...place(...what), ...(container.type === "view" && { state: values }) }),
    options: (...what) => act("options", place(...what)),
    begin(block, spec) {
      const [old, entry] = [kept[block.block_id], state[block.block_id]?.[spec.action_id]];
      if (old && spec.action_id in old) return old[spec.action_id];
      const value = entry ? stated(entry) : initial(spec);
      const nothing = value === null || value.length === 0;
      if (!nothing || !spec.default_to_current_conversation || !world.channels.has(world.place)) return value;
      return spec.type.startsWith("multi_") ? [world.place] : world.place;
    },
  };
}

function connect(block, spec, surface, input) {
  const values = (surface.values[block.block_id] ??= {});
  if (!VALUELESS.has(spec.type)) values[spec.action_id] = surface.begin(block, spec);
  let sending = false;
  let newer = null; // what a field came to say while the app was still hearing of its last value
  const tell = async (value, node) => {
    if (sending) {
      if (!VALUELESS.has(spec.type)) newer = { value };
      return;
    }
    if (spec.confirm && !(await confirmed(asked(spec.confirm)))) return;
    sending = true;
    node?.setAttribute("aria-busy", "true");
    for (newer = { value }; newer; ) {
      const { value: latest } = newer;
      newer = null;
      await surface.send(block.block_id, spec.action_id, latest).catch((refused) => toast(refused.message));
    }
    sending = false;
    node?.removeAttribute("aria-busy");
  };
  const note = (value) => (values[spec.action_id] = value);
  return {
    value: values[spec.action_id],
    note,
    act: tell,
    offer: (typed) => surface.options(block.block_id, spec.action_id, typed),
    /** A choice was made: kept, and told to the app unless the element only waits for the form to be submitted. */
    chosen(value, node) {
      note(value);
      if (!input || block.dispatch_action) tell(value, node);
    },
    dispatches: input && block.dispatch_action,
    props: {
      id: `${surface.id}-${block.block_id}-${spec.action_id}`,
      "aria-label": input ? null : (spec.accessibility_label ?? (plain(spec.placeholder ?? spec.text) || spec.action_id)),
      autofocus: spec.focus_on_load,
      data: { actionId: spec.action_id, blockId: block.block_id },
    },
  };
}

const asked = ({ title, text, confirm, deny, style }) => ({
  title: plain(title),
  text: textObject(text),
  confirm: plain(confirm) || "Yes",
  deny: plain(deny) || "Cancel",
  danger: style === "danger",
});

/** The raw value in an entry of Slack's `state.values`; an external menu's option stays whole, since only the app knows its words. */
function stated({ type, ...held }) {
  const [value] = Object.values(held);
  if (Array.isArray(value)) return value.map((one) => one?.value ?? one);
  return type.includes("external") ? value : (value?.value ?? value);
}

/** What an element says before anybody touched it. */
function initial(spec) {
  if (spec.initial_options) return spec.initial_options.map((option) => option.value);
  if (spec.initial_option) return spec.type === "external_select" ? spec.initial_option : spec.initial_option.value;
  const list = spec.initial_users ?? spec.initial_conversations ?? spec.initial_channels;
  const nothing = spec.type.startsWith("multi_") || spec.type === "checkboxes" ? [] : null;
  return (
    list ?? spec.initial_user ?? spec.initial_conversation ?? spec.initial_channel ?? spec.initial_date ?? spec.initial_time ??
    spec.initial_date_time ?? spec.initial_value ?? nothing
  );
}

/** The node of one element on a surface; `input` when it stands in an input block. */
export function element(block, spec, surface, input = false) {
  const draw = DRAW[spec.type];
  return draw ? draw(spec, connect(block, spec, surface, input)) : el("span", { class: "unknown" }, `(${spec.type} isn't shown in this workspace)`);
}

function button(spec, { act, props }) {
  const words = plain(spec.text);
  const face = { ...props, class: `button ${spec.style ?? ""}`, "aria-label": spec.accessibility_label, onclick: (event) => act(null, event.currentTarget) };
  const href = spec.url && safeUrl(spec.url);
  return href
    ? el("a", { ...face, href, target: "_blank", rel: "noopener noreferrer", role: "button" }, el("bdi", {}, words))
    : el("button", { ...face, type: "button" }, el("bdi", {}, words));
}

const rowsOf = (spec) => spec.option_groups ?? [{ options: spec.options ?? [] }];
const wordsOf = (option) => plain(option.text) + (option.description ? ` — ${plain(option.description)}` : "");

function conversations({ filter = {} }) {
  const kind = (channel) => (channel.is_im ? "im" : channel.is_mpim ? "mpim" : channel.is_private ? "private" : "public");
  return [...world.channels.values()].filter(
    (channel) =>
      !channel.is_archived &&
      (!filter.include || filter.include.includes(kind(channel))) &&
      !(filter.exclude_bot_users && world.people.get(channel.user)?.is_bot),
  );
}

const asOption = (text, value) => ({ text: { type: "plain_text", text, emoji: false }, value });
const peopleOptions = () => [...world.people.values()].filter((person) => !person.is_bot && !person.deleted).map((person) => asOption(nameOf(person.id), person.id));
const channelOptions = (list) => list.map((channel) => asOption(isDirect(channel) ? titleOf(channel) : `#${channel.name}`, channel.id));

/** Users, conversations and channels selects are static ones over what the workspace holds. */
const OPTIONS = {
  users: peopleOptions,
  conversations: (spec) => channelOptions(conversations(spec)),
  channels: () => channelOptions(conversations({ filter: { include: ["public"] } })),
};
const withOptions = (draw) => (spec, link) => {
  const list = OPTIONS[spec.type.replace(/^multi_|_select$/g, "")];
  return draw(list ? { ...spec, options: list(spec) } : spec, link);
};

const select = withOptions((spec, { value, chosen, props }) => {
  const node = el(
    "select",
    { ...props, onchange: () => chosen(node.value || null, node) },
    el("option", { value: "" }, plain(spec.placeholder) || "Choose…"),
    rowsOf(spec).map(({ label, options }) => {
      const inside = options.map((option) => el("option", { value: option.value, selected: option.value === value }, wordsOf(option)));
      return label ? el("optgroup", { label: plain(label) }, inside) : inside;
    }),
  );
  return node;
});

const multiSelect = withOptions((spec, { value, chosen, props }) => {
  const picked = new Set(value);
  const options = rowsOf(spec).flatMap((group) => group.options);
  const full = () => spec.max_selected_items && picked.size >= spec.max_selected_items;
  const summary = el("summary", { "aria-label": plain(spec.placeholder) || "Choose" });
  const say = () => {
    const chips = options.filter((option) => picked.has(option.value)).map((option) => el("bdi", { class: "chip" }, plain(option.text)));
    summary.replaceChildren(...(chips.length ? chips : [el("span", { class: "quiet" }, plain(spec.placeholder) || "Choose…")]));
    for (const box of node?.querySelectorAll("input[type=checkbox]") ?? []) box.disabled = !box.checked && full();
  };
  const row = (option) => {
    const flip = ({ target }) => {
      picked[target.checked ? "add" : "delete"](option.value);
      say();
      chosen([...picked], node);
    };
    return el("label", { class: "choice" }, el("input", { type: "checkbox", value: option.value, checked: picked.has(option.value), onchange: flip }), el("bdi", {}, wordsOf(option)));
  };
  const groups = rowsOf(spec).map(({ label, options: rows }) => [label ? el("div", { class: "group" }, plain(label)) : null, rows.map(row)]);
  const leave = ({ relatedTarget }) => relatedTarget && !node.contains(relatedTarget) && (node.open = false);
  const escape = (event) => {
    if (event.key !== "Escape" || !node.open) return;
    event.preventDefault();
    event.stopPropagation();
    node.open = false;
    summary.focus();
  };
  const node = el("details", { ...props, class: "multi", onfocusout: leave, onkeydown: escape }, summary, el("div", { class: "options" }, groups));
  say();
  return node;
});

/** A menu whose options the app names while one types. */
function externalSelect(spec, { value, chosen, offer, props }) {
  const found = el("div", { class: "options", role: "listbox", hidden: true });
  const words = (option) => (option ? plain(option.text) : "");
  const hide = () => (found.hidden = true);
  const take = (option) => {
    value = option;
    box.value = words(option);
    hide();
    chosen(option, box);
  };
  const row = (option) =>
    el("div", { class: "choice", role: "option", data: { value: option.value }, onmousedown: (event) => (event.preventDefault(), take(option)) }, el("bdi", {}, wordsOf(option)));
  const look = async () => {
    const typed = box.value;
    if (typed.length < (spec.min_query_length ?? 3)) return hide();
    const said = await offer(typed).catch((refused) => toast(refused.message));
    if (!said || box.value !== typed) return;
    const options = rowsOf(said).flatMap((group) => group.options);
    fill(found, options.length ? options.map(row) : el("div", { class: "quiet choice" }, "Nothing found"));
    found.hidden = false;
  };
  let pause;
  const typing = () => {
    clearTimeout(pause);
    pause = setTimeout(look, DISPATCH_PAUSE_MS);
    if (!box.value && value) take(null);
  };
  const leave = () => {
    hide();
    box.value = words(value);
  };
  const keys = (event) => {
    if (found.hidden || !["Enter", "Escape", "ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const rows = [...found.querySelectorAll("[role=option]")];
    const at = rows.findIndex((node) => node.ariaSelected === "true");
    if (event.key === "Escape") leave();
    else if (event.key === "Enter") rows[Math.max(at, 0)]?.dispatchEvent(new Event("mousedown"));
    else rows.forEach((node, place) => (node.ariaSelected = String(place === (at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length)));
  };
  const box = el("input", {
    ...props, type: "text", role: "combobox", autocomplete: "off", dir: "auto", value: words(value), placeholder: plain(spec.placeholder) || "Type to search…",
    oninput: typing, onfocus: look, onblur: leave, onkeydown: keys,
  });
  return el("div", { class: "external" }, box, found);
}

function overflow(spec, { act, props }) {
  const entry = (option) => ({
    label: plain(option.text),
    note: option.description && plain(option.description),
    href: option.url && safeUrl(option.url),
    act: () => act(option.value, node),
    data: { value: option.value },
  });
  const open = () => menu(node, "More", spec.options.map(entry));
  const node = el("button", { ...props, type: "button", class: "button overflow", "aria-label": "More", "aria-haspopup": "menu", title: "More", onclick: open }, icon("more"));
  return node;
}

const choices = (type) => (spec, { value, chosen, props }) => {
  const picked = () => [...node.querySelectorAll("input:checked")].map((box) => box.value);
  const row = (option) =>
    el(
      "label",
      { class: "choice" },
      el("input", { type, name: props.id, value: option.value, checked: type === "radio" ? option.value === value : value?.includes(option.value) }),
      el("div", {}, textObject(option.text), option.description ? el("small", {}, textObject(option.description)) : null),
    );
  const tell = () => chosen(type === "radio" ? (picked()[0] ?? null) : picked(), node);
  const node = el("div", { ...props, class: "choices", role: type === "radio" ? "radiogroup" : "group", onchange: tell }, spec.options.map(row));
  return node;
};

const picker = (type, read = (text) => text, show = (raw) => raw) => (spec, { value, chosen, props }) => {
  const node = el("input", { ...props, type, value: value === null ? null : show(value), onchange: () => chosen(node.value ? read(node.value) : null, node) });
  const zone = type === "datetime-local" ? el("small", { class: "quiet" }, world.me.tz ?? "") : null;
  return zone ? el("span", { class: "with-zone" }, node, zone) : node;
};

const field = (type) => (spec, { value, note, act, dispatches, props }) => {
  const common = {
    ...props,
    placeholder: spec.placeholder ? plain(spec.placeholder) : null,
    minlength: spec.min_length,
    maxlength: spec.max_length,
    dir: "auto",
    autocomplete: "off",
  };
  const on = spec.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let pause;
  const typed = () => {
    note(node.value || null);
    clearTimeout(pause);
    if (dispatches && on.includes("on_character_entered")) pause = setTimeout(() => act(node.value || null), DISPATCH_PAUSE_MS);
  };
  const pressed = (event) => {
    if (event.key !== "Enter" || !dispatches || !on.includes("on_enter_pressed") || (spec.multiline && event.shiftKey)) return;
    event.preventDefault();
    act(node.value || null);
  };
  const limits = type === "number" ? { min: spec.min_value, max: spec.max_value, step: spec.is_decimal_allowed ? "any" : 1 } : {};
  const node = spec.multiline
    ? el("textarea", { ...common, rows: 4, oninput: typed, onkeydown: pressed }, value ?? "")
    : el("input", { ...common, ...limits, type, value, oninput: typed, onkeydown: pressed });
  return node;
};

const DRAW = {
  button,
  overflow,
  static_select: select,
  external_select: externalSelect,
  users_select: select,
  conversations_select: select,
  channels_select: select,
  multi_static_select: multiSelect,
  multi_users_select: multiSelect,
  multi_conversations_select: multiSelect,
  multi_channels_select: multiSelect,
  radio_buttons: choices("radio"),
  checkboxes: choices("checkbox"),
  datepicker: picker("date"),
  timepicker: picker("time"),
  datetimepicker: picker("datetime-local", fromInput, toInput),
  plain_text_input: field("text"),
  number_input: field("number"),
  email_text_input: field("email"),
  url_text_input: field("url"),
};
