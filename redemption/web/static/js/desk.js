// The window clerk's page. data-keep="name" on a form: what is typed is kept on this computer until it was handed in, so
// that a lost connection or a closed tab costs nothing; boxes marked data-private (id numbers, accounts) are never kept.
// data-forget="name" anywhere: it was handed in, what was kept is forgotten. data-scan="/address": files chosen, taken by
// the camera or dropped there are sent one by one; a failed one can be tried again. Without JavaScript the page works on.

import { token } from "./csrf.js";
import { found, lost, reachable } from "./connection.js";

const PREFIX = "keep:";
const LIFE_MS = 12 * 60 * 60 * 1000;
const SILENT = new Set(["csrf_token", "step"]);

function kept(name) {
  try {
    const value = JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
    return value && Date.now() - value.at < LIFE_MS ? value : null;
  } catch { return null; }
}

function forget(name) {
  try { localStorage.removeItem(PREFIX + name); } catch { /* no storage: nothing was kept */ }
}

function fields(form) {
  return [...form.elements].filter((one) => one.name && !SILENT.has(one.name) && !("private" in one.dataset) && one.type !== "file" && one.tagName !== "BUTTON");
}

function keep(form) {
  const values = [];
  for (const one of fields(form)) {
    if ((one.type === "checkbox" || one.type === "radio") && !one.checked) continue;
    values.push([one.name, one.value]);
  }
  try { localStorage.setItem(PREFIX + form.dataset.keep, JSON.stringify({ at: Date.now(), values })); } catch { /* full or off */ }
}

const worth = (values) => values.some(([name, value]) => value && !["client_key", "counter.relation"].includes(name));
const untouched = (form) => !worth(fields(form).filter((one) => one.type !== "checkbox" || one.checked).map((one) => [one.name, one.value]));

function offer(form, stored) {
  const box = document.createElement("div");
  box.className = "notice notice-warn";
  box.setAttribute("role", "status");
  const body = document.createElement("div");
  body.className = "notice-body";
  const words = document.createElement("p");
  words.textContent = `这台电脑上有 ${new Date(stored.at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" })} 没录完的内容（不含证件号和账号）。`;
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn btn-primary";
  again.textContent = "接着录";
  again.addEventListener("click", () => restore(form, stored));
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "btn btn-quiet";
  drop.textContent = "不要了";
  drop.addEventListener("click", () => { forget(form.dataset.keep); box.remove(); form.querySelector("input:not([type=hidden])")?.focus(); });
  body.append(words, again, drop);
  box.append(body);
  form.before(box);
}

function restore(form, stored) {
  // The server builds the page again from what was typed: the same round trip as any other step.
  for (const one of fields(form)) one.disabled = true;
  for (const [name, value] of stored.values) {
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = name;
    hidden.value = value;
    form.append(hidden);
  }
  delete form.dataset.changed;
  HTMLFormElement.prototype.submit.call(form);
}

function watch(form) {
  const stored = kept(form.dataset.keep);
  if (stored && worth(stored.values) && untouched(form)) offer(form, stored);
  else if (!untouched(form)) keep(form);
  form.addEventListener("input", () => keep(form));
  form.addEventListener("submit", (event) => guard(form, event));
}

async function guard(form, event) {
  keep(form);
  if (form.dataset.through) { delete form.dataset.through; return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  const pressed = event.submitter;
  const status = form.querySelector("[data-keep-status]");
  if (await reachable()) {
    form.dataset.through = "1";
    form.requestSubmit(pressed ?? undefined);
    return;
  }
  if (status) status.textContent = "网络连接已断开，内容保留在这台电脑上，没有提交。恢复连接后请再按一次。";
  pressed?.focus();
}

// --- scanner and camera ------------------------------------------------------------------------------------

function line(list, text, className = "") {
  const row = document.createElement("li");
  row.className = className;
  row.textContent = text;
  list.append(row);
  return row;
}

async function send(cell, list, file) {
  const row = line(list, `${file.name} 正在上传…`);
  const body = new FormData();
  body.append("file", file);
  try {
    const answer = await fetch(cell.dataset.scan, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": token(), Accept: "application/json" } });
    found();
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) return fail(cell, list, row, file, said.detail ?? `“${file.name}”没有上传成功。`, answer.status >= 500);
    row.textContent = `${said.name} 已上传 `;
    const note = document.createElement("input");
    note.type = "hidden";
    note.name = "files";
    note.value = said.id;
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-quiet btn-sm";
    drop.textContent = "移除";
    drop.setAttribute("aria-label", `移除 ${said.name}`);
    drop.addEventListener("click", () => { row.remove(); changed(cell); cell.querySelector("input[type=file]").focus(); });
    row.append(drop, note);
    changed(cell);
  } catch {
    lost();
    fail(cell, list, row, file, `“${file.name}”上传中断，请检查网络后重试。`, true);
  }
}

function fail(cell, list, row, file, sentence, again) {
  row.className = "is-bad";
  row.textContent = sentence + " ";
  if (!again) return;
  const retry = document.createElement("button");
  retry.type = "button";
  retry.className = "btn btn-secondary btn-sm";
  retry.textContent = "重试";
  retry.addEventListener("click", () => { row.remove(); send(cell, list, file); });
  row.append(retry);
}

function changed(cell) {
  cell.dispatchEvent(new Event("input", { bubbles: true }));
}

function scanner(cell) {
  const list = cell.querySelector("ul");
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = ".pdf,.jpg,.jpeg,.png,.ofd,.tif,.tiff,.bmp,image/*";
  input.className = "form-control";
  input.setAttribute("aria-label", `扫描或拍照：${cell.dataset.scanName}`);
  const take = (files) => { for (const file of files) send(cell, list, file); };
  input.addEventListener("change", () => { take(input.files); input.value = ""; });
  cell.append(input);
  const row = cell.closest("tr") ?? cell;
  row.addEventListener("dragover", (event) => { event.preventDefault(); cell.classList.add("is-over"); });
  row.addEventListener("dragleave", () => cell.classList.remove("is-over"));
  row.addEventListener("drop", (event) => { event.preventDefault(); cell.classList.remove("is-over"); take(event.dataTransfer.files); });
}

// data-check-rest="value": every line of the check list that says nothing yet gets this value; Tab goes on behind the list.
function checkRest(button) {
  button.addEventListener("click", () => {
    const lines = [...button.closest("form").querySelectorAll('select[name^="checklist."]')];
    for (const one of lines) if (!one.value) one.value = button.dataset.checkRest;
    button.closest("form").dispatchEvent(new Event("input", { bubbles: true }));
    const files = document.querySelectorAll(".entry-files input[type=file]");
    (files[files.length - 1] ?? lines[lines.length - 1])?.focus();
  });
}

document.querySelectorAll("[data-check-rest]").forEach(checkRest);
document.querySelectorAll("[data-forget]").forEach((one) => forget(one.dataset.forget));
document.querySelectorAll("form[data-keep]").forEach(watch);
document.querySelectorAll("[data-scan]").forEach(scanner);
