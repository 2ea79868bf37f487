// data-unsaved on a form: leaving the page with changes asks first.
// data-autosave="/address" on a form: what is typed is saved by itself, by POST of the whole form with the header
// X-Autosave: 1. Answers: 200 JSON {"version": n, "saved_at": "14:05"} (version goes back into the field "version");
// 409: another tab or person saved first, nothing is overwritten, and the page says so; 401/403: signed out.
// The answer's "computed" ({name: words}) goes into the elements with data-computed="name".
// While the connection is lost what was typed stays on the page, and is sent as soon as it is back. Pressing a button
// saves first, so that a line that breaks at this very moment, or a session that is over, costs nothing either.

import { renew, token } from "./csrf.js";
import { found, lost } from "./connection.js";

const PAUSE_MS = 1500;
const AGAIN_MS = 5000;

function say(form, text, bad = false) {
  const line = form.querySelector("[data-autosave-status]");
  if (!line) return;
  line.textContent = text;
  line.classList.toggle("is-bad", bad);
}

function payload(form) {
  const data = new FormData(form);
  // Files have their own requests; a draft is words.
  for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
  return data;
}

function send(form) {
  return fetch(form.dataset.autosave, {
    method: "POST", body: payload(form), credentials: "same-origin",
    headers: { "X-CSRFToken": token(), "X-Autosave": "1", Accept: "application/json" },
  });
}

// What came of it: "saved", "told" (the page says why not), "out" (nobody is signed in) or "lost".
async function save(form, state) {
  if (state.stopped) return "told";
  if (state.saving) return state.saving;
  const before = state.edit;
  state.saving = attempt(form, state, before);
  const came = await state.saving;
  state.saving = null;
  if (state.edit !== before && !state.stopped) plan(form, state);
  return came;
}

async function attempt(form, state, before) {
  say(form, "正在保存…");
  try {
    let answer = await send(form);
    found();
    if ([400, 401, 403].includes(answer.status) && await renew()) answer = await send(form);
    return await heard(form, state, answer, before);
  } catch {
    lost();
    say(form, "连接中断，还没有保存。恢复连接后会自动保存，请不要关闭页面。", true);
    state.timer = setTimeout(() => save(form, state), AGAIN_MS);
    return "lost";
  }
}

function fill(form, computed) {
  for (const [name, words] of Object.entries(computed ?? {})) {
    const place = form.querySelector(`[data-computed="${CSS.escape(name)}"]`);
    if (place) place.textContent = words;
  }
}

async function heard(form, state, answer, before) {
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) {
    const version = form.querySelector('input[name="version"]');
    if (version && body.version !== undefined) version.value = body.version;
    if (state.edit === before) delete form.dataset.changed;
    fill(form, body.computed);
    say(form, `草稿已保存${body.saved_at ? `，${body.saved_at}` : ""}`);
    return "saved";
  }
  if (answer.status === 409) {
    state.stopped = true;
    say(form, body.detail ?? "另一个窗口或另一位同事已经修改了这份草稿，本页没有覆盖它。请打开新页面查看最新内容，再决定保留哪一份。", true);
    return "told";
  }
  if ([400, 401, 403].includes(answer.status)) {
    say(form, "您的登录已过期，这些内容还没有保存。请在新窗口登录后，回到本页再按一次。", true);
    return "out";
  }
  if (answer.status === 422) {
    say(form, body.detail ?? "有内容暂时不能保存，请检查后继续。", true);
    return "told";
  }
  say(form, "暂时没有保存成功，稍后会再试。", true);
  state.timer = setTimeout(() => save(form, state), AGAIN_MS);
  return "lost";
}

async function saveThenSend(form, state, pressed) {
  let came = await save(form, state);
  // what was typed while that went out
  if (came === "saved" && form.dataset.changed) came = await save(form, state);
  clearTimeout(came === "lost" ? undefined : state.timer);
  if (came === "lost" || came === "out") { pressed?.focus(); return; }
  // not within the event that was just stopped: a form that is being sent ignores a second request
  setTimeout(() => { state.through = true; form.requestSubmit(pressed ?? undefined); });
}

function plan(form, state) {
  clearTimeout(state.timer);
  state.timer = setTimeout(() => save(form, state), PAUSE_MS);
}

export function start() {
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-unsaved][data-changed]:not([data-sending])")) event.preventDefault();
  });
}

export function enhance(root) {
  root.querySelectorAll("form[data-unsaved]:not([data-watched]), form[data-autosave]:not([data-watched])").forEach((form) => {
    form.dataset.watched = "1";
    const state = { edit: 0 };
    form.addEventListener("input", () => {
      form.dataset.changed = "1";
      state.edit += 1;
      if (form.dataset.autosave && !state.stopped) plan(form, state);
    });
    form.addEventListener("submit", (event) => {
      clearTimeout(state.timer);
      if (state.through || !form.dataset.autosave || !form.dataset.changed) { state.through = false; return; }
      event.preventDefault();
      saveThenSend(form, state, event.submitter);
    });
    if (form.dataset.autosave) window.addEventListener("online", () => { if (form.dataset.changed) plan(form, state); });
  });
}
