// data-unsaved on a form: leaving the page with changes asks first.
// data-autosave="/address" on a form: what is typed is saved by itself, by POST of the whole form with the header
// X-Autosave: 1. Answers: 200 JSON {"version": n, "saved_at": "14:05"} (version goes back into the field "version");
// 409: another tab or person saved first, nothing is overwritten, and the page says so; 401/403: signed out.
// While the connection is lost what was typed stays on the page, and is sent as soon as it is back.

import { token } from "./csrf.js";
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

async function save(form, state) {
  if (state.stopped || state.saving) return;
  state.saving = true;
  const before = state.edit;
  say(form, "正在保存…");
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST", body: payload(form), credentials: "same-origin",
      headers: { "X-CSRFToken": token(), "X-Autosave": "1", Accept: "application/json" },
    });
    found();
    await heard(form, state, answer, before);
  } catch {
    lost();
    say(form, "连接中断，还没有保存。恢复连接后会自动保存，请不要关闭页面。", true);
    state.timer = setTimeout(() => save(form, state), AGAIN_MS);
  } finally {
    state.saving = false;
  }
  if (state.edit !== before && !state.stopped) plan(form, state);
}

async function heard(form, state, answer, before) {
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) {
    const version = form.querySelector('input[name="version"]');
    if (version && body.version !== undefined) version.value = body.version;
    if (state.edit === before) delete form.dataset.changed;
    say(form, `草稿已保存${body.saved_at ? `，${body.saved_at}` : ""}`);
  } else if (answer.status === 409) {
    state.stopped = true;
    say(form, body.detail ?? "另一个窗口或另一位同事已经修改了这份草稿，本页没有覆盖它。请打开新页面查看最新内容，再决定保留哪一份。", true);
  } else if (answer.status === 401 || answer.status === 403) {
    state.stopped = true;
    say(form, "您的登录已过期，这些内容还没有保存。请在新窗口登录后，回到本页继续。", true);
  } else if (answer.status === 422) {
    say(form, body.detail ?? "有内容暂时不能保存，请检查后继续。", true);
  } else {
    say(form, "暂时没有保存成功，稍后会再试。", true);
    state.timer = setTimeout(() => save(form, state), AGAIN_MS);
  }
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
    form.addEventListener("submit", () => clearTimeout(state.timer));
    if (form.dataset.autosave) window.addEventListener("online", () => { if (form.dataset.changed) plan(form, state); });
  });
}
