// data-upload="/address" around a file box: each chosen or dropped file is one POST (field "file") with its own progress bar;
// a failed one can be tried again while the others stay. The address answers JSON {id, name, size, url?, remove_url?} or
// problem+json, whose "detail" is shown at the file. The id comes back with the form (data-upload-name).

import { token } from "./csrf.js";
import { found, lost } from "./connection.js";

const AT_ONCE = 2;

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

class Uploads {
  constructor(box) {
    this.box = box;
    this.rows = box.querySelector("[data-upload-rows]");
    this.live = box.querySelector("[data-upload-live]");
    this.input = box.querySelector('input[type="file"]');
    this.max = Number(box.dataset.uploadMax || 20);
    this.waiting = [];
    this.running = 0;
    this.input.addEventListener("change", () => { this.take(this.input.files); this.input.value = ""; });
    // The file box itself is no draft: choosing must not mark the form as changed twice.
    this.rows.addEventListener("click", (event) => this.removal(event));
    this.dropping(box.querySelector(".upload-drop") ?? box);
  }

  dropping(zone) {
    const over = (on) => zone.classList.toggle("is-over", on);
    zone.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
    zone.addEventListener("dragleave", () => over(false));
    zone.addEventListener("drop", (event) => { event.preventDefault(); over(false); this.take(event.dataTransfer.files); });
  }

  take(files) {
    for (const file of files) this.add(file);
    this.next();
  }

  add(file) {
    const row = make("li", "upload-row");
    row.append(make("span", "upload-name", file.name), make("span", "upload-size", size(file.size)), make("span", "upload-state", "等待上传"));
    this.rows.append(row);
    const task = { file, row };
    if (file.size === 0) this.fail(task, `“${file.name}”是空文件，请检查后重新选择。`, false);
    else if (file.size > this.max * 1024 * 1024) this.fail(task, `“${file.name}”有 ${size(file.size)}，超过 ${this.max} MB，请压缩或拆分后再上传。`, false);
    else this.waiting.push(task);
  }

  next() {
    while (this.running < AT_ONCE && this.waiting.length) this.send(this.waiting.shift());
  }

  send(task) {
    const { row, file } = task;
    row.className = "upload-row";
    row.querySelectorAll("button, progress").forEach((old) => old.remove());
    const bar = make("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", `${file.name} 上传进度`);
    row.append(bar);
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file);
    this.running += 1;
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = Math.round((event.loaded / event.total) * 100);
      row.querySelector(".upload-state").textContent = bar.value < 100 ? `已上传 ${bar.value}%` : "正在检查";
    });
    request.addEventListener("load", () => { found(); this.heard(task, request); });
    request.addEventListener("error", () => { lost(); this.fail(task, `“${file.name}”上传中断，请检查网络后重试，其他文件不受影响。`); });
    request.addEventListener("timeout", () => this.fail(task, `“${file.name}”上传超时，请重试。`));
    request.addEventListener("loadend", () => { bar.remove(); this.running -= 1; this.next(); });
    request.open("POST", this.box.dataset.upload);
    request.timeout = 10 * 60 * 1000;
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  }

  heard(task, request) {
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { /* not JSON: the status decides */ }
    if (request.status >= 200 && request.status < 300 && answer.id !== undefined) this.done(task, answer);
    else if (request.status === 413) this.fail(task, answer.detail ?? `“${task.file.name}”太大，请压缩或拆分后再上传。`, false);
    else this.fail(task, answer.detail ?? `“${task.file.name}”没有上传成功，请重试。`, request.status >= 500 || request.status === 429 || request.status === 408);
  }

  done({ row, file }, answer) {
    row.className = "upload-row is-done";
    const name = row.querySelector(".upload-name");
    name.textContent = "";
    const shown = make(answer.url ? "a" : "span", "", answer.name ?? file.name);
    if (answer.url) shown.href = answer.url;
    name.append(shown);
    row.querySelector(".upload-state").textContent = answer.status_word ?? "已上传";
    if (answer.remove_url) {
      const remove = make("button", "btn btn-quiet btn-sm", "删除");
      remove.type = "submit";
      remove.formAction = answer.remove_url;
      remove.dataset.uploadRemove = "";
      remove.append(make("span", "visually-hidden", ` ${answer.name ?? file.name}`));
      row.append(remove);
    }
    const id = make("input");
    id.type = "hidden";
    id.name = this.box.dataset.uploadName;
    id.value = answer.id;
    row.append(id);
    this.say(`${file.name} 已上传`);
    this.changed();
  }

  fail(task, sentence, again = true) {
    const { row, file } = task;
    row.className = "upload-row is-bad";
    row.querySelector(".upload-state").textContent = sentence;
    if (again) {
      const retry = make("button", "btn btn-secondary btn-sm", "重试");
      retry.type = "button";
      retry.append(make("span", "visually-hidden", ` ${file.name}`));
      retry.addEventListener("click", () => { this.waiting.push(task); this.next(); this.input.focus(); });
      row.append(retry);
    }
    const drop = make("button", "btn btn-quiet btn-sm", "移除");
    drop.type = "button";
    drop.append(make("span", "visually-hidden", ` ${file.name}`));
    drop.addEventListener("click", () => { row.remove(); this.input.focus(); });
    row.append(drop);
    this.say(sentence);
  }

  async removal(event) {
    const button = event.target.closest("[data-upload-remove]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest(".upload-row");
    try {
      const answer = await fetch(button.formAction, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": token(), Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      row.remove();
      this.say("已删除");
      this.changed();
      this.input.focus();
    } catch {
      row.querySelector(".upload-state").textContent = "没有删除成功，请重试。";
    }
  }

  say(text) {
    if (this.live) this.live.textContent = text;
  }

  changed() {
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

export function enhance(root) {
  root.querySelectorAll("[data-upload]:not([data-on])").forEach((box) => {
    box.dataset.on = "1";
    new Uploads(box);
  });
}
