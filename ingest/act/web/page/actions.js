"use strict";

// Text of vendors and of people goes into the page as text alone (textContent), never as HTML.

const TOKEN = "hookline-operator-token";
const REASON = "reason";
const byId = (id) => document.getElementById(id);
let actions = [];
let chosen = null;
let me = null;

function element(tag, attributes = {}, text = null) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== null) made.textContent = text;
  return made;
}

async function ask(method, path, body) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(TOKEN) ?? ""}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    return { ok: false, status: 0, said: { detail: "Hookline does not answer. If you were doing something, look at its end first.", code: "no-answer" } };
  }
  const said = await answer.json().catch(() => ({ detail: `answer ${answer.status} without JSON` }));
  return { ok: answer.ok, status: answer.status, said };
}

async function enter() {
  const { ok, status, said } = await ask("GET", "/api/v1/actions");
  byId("enter").hidden = ok;
  byId("desk").hidden = !ok;
  byId("leave").hidden = !ok;
  if (!ok) {
    const hadToken = sessionStorage.getItem(TOKEN) !== null;
    if (status === 401) sessionStorage.removeItem(TOKEN);
    byId("token-error").textContent = hadToken ? said.detail : "";
    byId("token").focus();
    return;
  }
  actions = said.actions;
  me = said.operator;
  byId("who").textContent = me;
  showList();
  await showWaiting();
}

function showList() {
  const wanted = byId("search").value.trim().toLowerCase();
  const list = byId("list");
  list.replaceChildren();
  let vendor = null;
  for (const action of actions) {
    if (!`${action.vendor} ${action.name} ${action.help}`.toLowerCase().includes(wanted)) continue;
    if (action.vendor !== vendor) list.append(element("h2", {}, (vendor = action.vendor)));
    const button = element("button", { type: "button" }, action.name);
    button.disabled = !action.allowed;
    if (!action.allowed) button.title = "You have no right to this one.";
    button.setAttribute("aria-current", String(action === chosen));
    button.addEventListener("click", () => choose(action));
    list.append(button);
  }
  if (!list.children.length) list.append(element("p", { class: "hint" }, "No action of that name."));
}

function choose(action) {
  chosen = action;
  showList();
  byId("empty").hidden = true;
  byId("outcome").hidden = true;
  byId("action").hidden = false;
  byId("action-vendor").textContent = action.vendor;
  byId("action-name").textContent = action.name;
  byId("action-help").textContent = action.help.split("\n\n").map((each) => each.replaceAll("\n", " ")).join("\n\n");
  const notes = [];
  if (action.two_persons) notes.push("Somebody else must confirm this before it is done.");
  if (action.effect === "decides") notes.push("This may change the outcome of a verification.");
  byId("action-notes").textContent = notes.join(" ");
  const fields = byId("fields");
  fields.replaceChildren();
  if (action.sources.length > 1) {
    fields.append(fieldOf({ name: "source", help: "The account.", kind: "text", required: true, choices: action.sources, many: false }));
  }
  for (const field of action.fields) fields.append(fieldOf(field));
  fields.append(fieldOf({ name: REASON, help: "It is written down with what was done.", kind: "text", required: action.needs_reason, choices: [], many: false }));
  fields.querySelector("input, select, textarea")?.focus();
}

function fieldOf(field) {
  const id = `field-${field.name}`;
  const row = element("div", { class: "field" });
  const label = element("label", { for: id, class: field.required ? "required" : "" }, field.name);
  const input = inputOf(field, id);
  input.id = id;
  input.name = field.name;
  input.dataset.kind = field.kind;
  input.dataset.many = String(field.many);
  input.setAttribute("aria-required", String(field.required));
  input.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  const hint = element("p", { class: "hint", id: `${id}-hint` }, field.help + (field.kind === "json" ? " JSON." : ""));
  const error = element("p", { class: "error", id: `${id}-error`, role: "alert" });
  row.append(label, input, hint, error);
  return row;
}

function inputOf(field, id) {
  if (field.kind === "flag") return choiceOf(["true", "false"], false, false);
  if (field.choices.length) return choiceOf(field.choices, field.required, field.many);
  if (field.kind === "file") return element("input", { type: "file" });
  if (field.kind === "json" || field.many) return element("textarea", { spellcheck: "false", class: "code" });
  if (field.name === REASON) return element("textarea", {});
  return element("input", { type: field.kind === "number" ? "number" : "text", autocomplete: "off", id });
}

function choiceOf(choices, required, many) {
  const select = element("select", many ? { multiple: "" } : {});
  if (!many) select.append(element("option", { value: "" }, required ? "choose" : "not given"));
  for (const choice of choices) select.append(element("option", { value: choice }, choice));
  return select;
}

// What stands in a field, as JSON; undefined where it was left empty. Throws with words for whoever filled it in.
async function valueOf(input) {
  const { kind, many } = input.dataset;
  if (input.tagName === "SELECT" && many === "true") {
    const picked = [...input.selectedOptions].map((option) => option.value);
    return picked.length ? picked : undefined;
  }
  if (kind === "file") return input.files.length ? base64(input.files[0]) : undefined;
  const text = input.value;
  if (text.trim() === "") return undefined;
  if (kind === "flag") return text === "true";
  if (kind === "json") return parsed(text);
  if (many === "true") return text.split("\n").map((line) => line.trim()).filter(Boolean);
  if (kind === "number") return Number(text);
  return text;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`not JSON: ${error.message}`);
  }
}

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}

async function filledIn() {
  const body = { arguments: {} };
  let wrong = false;
  for (const input of byId("fields").querySelectorAll("input, select, textarea")) {
    complain(input, "");
    try {
      const value = await valueOf(input);
      if (value === undefined) continue;
      if (input.name === REASON || input.name === "source" && chosen.sources.length > 1) body[input.name] = value;
      else body.arguments[input.name] = value;
    } catch (error) {
      complain(input, error.message);
      wrong = true;
    }
  }
  return wrong ? null : body;
}

function complain(input, words) {
  byId(`${input.id}-error`).textContent = words;
  input.setAttribute("aria-invalid", String(words !== ""));
}

async function send(dry) {
  const body = await filledIn();
  if (body === null) return;
  if (dry) body.dry_run = true;
  await busy(async () => {
    const path = `/api/v1/vendors/${encodeURIComponent(chosen.vendor)}/actions/${encodeURIComponent(chosen.name)}`;
    tell(await ask("POST", path, body));
  });
  await showWaiting();
}

async function busy(work) {
  const buttons = [byId("do"), byId("dry")];
  for (const button of buttons) button.disabled = true;
  try {
    await work();
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

const WORDS = {
  DONE: ["good", "Done", "It is on the log, and what the vendor says now was read."],
  ASKED: ["warn", "Asked for", "Somebody else must confirm it now."],
  DRY_RUN: ["", "This would be sent", "Nothing was done."],
};

function tell({ ok, said }) {
  const [look, title, text] = ok ? WORDS[said.state] ?? ["good", said.state, ""] : ["bad", "Not done", said.detail];
  const uncertain = said.code === "unconfirmed" || said.code === "no-answer";
  const held = said.holds !== false;
  show(uncertain || !held ? "warn" : look,
    uncertain ? "Nobody knows whether it was done" : held ? title : "Accepted, but it does not hold",
    held ? text : "The vendor accepted it, and now shows something else.");
  const about = said.verification_id ? `${said.vendor}:${said.verification_id}\n` : "";
  const body = ok ? said.requests ?? said.answer : said.vendor_says;
  const shown = body === null || body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body, null, 2);
  byId("outcome-body").hidden = !(about || shown);
  byId("outcome-body").textContent = about + shown;
  offer(said);
  let named = 0;
  for (const [name, words] of Object.entries(said.fields ?? {})) {
    const input = byId(`field-${name.split(/[.[]/)[0]}`);
    if (input) complain(input, words.startsWith(`${name}: `) && name === input.name ? words.slice(name.length + 2) : words);
    if (input && named++ === 0) input.focus();
  }
  if (!named) byId("outcome").focus();
}

function show(look, title, text) {
  byId("outcome").className = `card ${look}`;
  byId("outcome").hidden = false;
  byId("outcome-title").textContent = title;
  byId("outcome-text").textContent = text;
}

function offer(said) {
  const link = byId("outcome-file");
  if (link.href) URL.revokeObjectURL(link.href);
  link.hidden = !said.file;
  if (!said.file) return;
  const bytes = Uint8Array.from(atob(said.file), (letter) => letter.charCodeAt(0));
  const done = actions.find((action) => action.vendor === said.vendor && action.name === said.action);
  link.href = URL.createObjectURL(new Blob([bytes], { type: done?.file ?? "application/octet-stream" }));
  link.download = said.action;
}

async function showWaiting() {
  const { ok, said } = await ask("GET", "/api/v1/actions/waiting");
  const place = byId("waiting");
  place.replaceChildren();
  for (const asked of ok ? said.waiting : []) place.append(cardOf(asked));
}

function cardOf(asked) {
  const card = element("div", { class: "card warn" });
  card.append(element("p", { class: "eyebrow" }, `${asked.vendor} · ${asked.source} · ${new Date(asked.asked_at).toLocaleString()}`));
  card.append(element("h2", {}, `${asked.action} waits for a second person`));
  card.append(element("p", {}, `${asked.operator}: ${asked.reason || "no reason given"}`));
  card.append(element("pre", {}, JSON.stringify(asked.arguments, null, 2)));
  if (asked.operator === me) {
    card.append(element("p", { class: "hint" }, "You asked for it, so somebody else must confirm it."));
    return card;
  }
  const button = element("button", { type: "button", class: "primary" }, "Confirm");
  button.addEventListener("click", async () => {
    button.disabled = true;
    tell(await ask("POST", `/api/v1/actions/${encodeURIComponent(asked.action_id)}/confirm`));
    await showWaiting();
  });
  card.append(button);
  return card;
}

byId("token-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, byId("token").value.trim());
  byId("token").value = "";
  await enter();
});
byId("leave").addEventListener("click", () => {
  sessionStorage.removeItem(TOKEN);
  location.reload();
});
byId("search").addEventListener("input", showList);
byId("action").addEventListener("submit", (event) => {
  event.preventDefault();
  send(false);
});
byId("dry").addEventListener("click", () => send(true));
document.addEventListener("visibilitychange", () => {
  if (me !== null && !document.hidden) showWaiting();
});
if (sessionStorage.getItem(TOKEN) !== null) enter();
