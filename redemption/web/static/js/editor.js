// The editor. A click on a value, or on "看原文", shows where it came from; a click on marked source text goes to its
// field; selected source text is put into a field by a small menu (text can also be dragged there, as browsers do); who
// selects by keyboard (caret browsing) goes into the menu with Enter, and back with Escape.
// Without this script the links jump to the place and text is copied by hand.

let source = document.querySelector("[data-source]");
let pane = source?.querySelector(".source-text");
const form = document.getElementById("item-form");

function marksOf(field) {
  return [...source.querySelectorAll("mark[data-from]")].filter((mark) => mark.dataset.from.split(" ").includes(field));
}

function show(field, { page = false } = {}) {
  for (const mark of source.querySelectorAll("mark.is-shown")) mark.classList.remove("is-shown");
  const marks = marksOf(field);
  for (const mark of marks) mark.classList.add("is-shown");
  if (!marks.length) return;
  // Only the pane scrolls while somebody types; a link may move the page (phones have the source below).
  pane.scrollTop += marks[0].getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 4;
  if (page) source.scrollIntoView({ block: "nearest" });
}

// An overlong source comes in parts: another one is fetched into its place, so that nothing typed is lost.
async function turn(part) {
  if (String(part) === source.dataset.part) return;
  const address = new URL(location.href);
  address.searchParams.set("part", part);
  address.hash = "";
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const other = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-source]") : null;
  if (!other) { location.assign(address); return; }
  source.replaceWith(other);
  source = other;
  pane = source.querySelector(".source-text");
  listen();
  pane.focus({ preventScroll: true });
}

function boxes() {
  const found = new Map();
  for (const box of form?.querySelectorAll("[data-field]") ?? []) {
    const name = box.dataset.field;
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(box);
  }
  return found;
}

function write(box, text) {
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function put(field, text) {
  const [first, ...rest] = boxes().get(field) ?? [];
  if (!first) return;
  if (first.closest("tr")) { fillRows([first, ...rest], text); return; }
  // A name is one line; a box with words in it gets another line.
  if (first.tagName === "INPUT") write(first, text.replace(/\s*\n\s*/g, ""));
  else write(first, first.value.trim() ? `${first.value.trimEnd()}\n${text}` : text);
  first.focus();
}

// A list of rows: each line becomes a row of its own, without its number, in the empty ones first.
const NUMBER = /^(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]|[①-⑳])\s*/;

function fillRows(rows, text) {
  const lines = text.split("\n").map((line) => line.trim().replace(NUMBER, "").replace(/[；;。]$/, "")).filter(Boolean);
  const empty = rows.filter((box) => !box.value.trim());
  let last = rows.at(-1);
  for (const line of lines) {
    const box = empty.shift() ?? (last = another(last));
    write(box, line);
    box.focus();
  }
  // what is listed is no longer said elsewhere
  const elsewhere = form.elements[`fields.${rows[0].dataset.field}.external`];
  if (elsewhere && lines.length) elsewhere.checked = false;
}

// One more row below the last one, with names that go on counting.
function another(box) {
  const row = box.closest("tr");
  const [, before, number] = box.name.match(/^(.*\.)(\d+)\.[a-z]+$/);
  const copy = row.cloneNode(true);
  for (const part of copy.querySelectorAll("[name], [id], [aria-label]")) {
    for (const name of ["name", "id"]) {
      const said = part.getAttribute(name);
      if (said) part.setAttribute(name, said.replace(`${before}${number}.`, `${before}${Number(number) + 1}.`));
    }
    const label = part.getAttribute("aria-label");
    if (label) part.setAttribute("aria-label", label.replace(`第 ${Number(number) + 1} 份`, `第 ${Number(number) + 2} 份`));
    if (part.type === "hidden") part.value = "";
  }
  for (const wrong of copy.querySelectorAll(".field-error")) wrong.remove();
  row.after(copy);
  return copy.querySelector("[data-field]");
}

const menu = document.createElement("div");
menu.className = "select-menu";
menu.setAttribute("role", "toolbar");
menu.setAttribute("aria-label", "把选中的文字填入");
menu.hidden = true;
let chosen = "";

function label(field) {
  const box = boxes().get(field)[0];
  return box.dataset.label ?? document.querySelector(`label[for="${CSS.escape(box.id)}"]`)?.firstChild?.textContent.trim() ?? field;
}

function fillMenu() {
  menu.replaceChildren(...[...boxes().keys()].map((field) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet";
    button.textContent = label(field);
    button.addEventListener("click", () => { menu.hidden = true; put(field, chosen); });
    return button;
  }));
}

function offer() {
  const selection = window.getSelection();
  const text = selection.toString().trim();
  if (!text || !selection.rangeCount || !pane.contains(selection.getRangeAt(0).commonAncestorContainer)) { menu.hidden = true; return; }
  chosen = text;
  if (!menu.childElementCount) fillMenu();
  const place = selection.getRangeAt(0).getBoundingClientRect();
  menu.hidden = false;
  const left = Math.min(place.left, document.documentElement.clientWidth - menu.offsetWidth - 8);
  menu.style.setProperty("left", `${Math.max(8, left) + window.scrollX}px`);
  menu.style.setProperty("top", `${place.bottom + 6 + window.scrollY}px`);
}

if (source) {
  document.addEventListener("click", (event) => {
    const other = event.target.closest("[data-source-part]");
    if (other) { event.preventDefault(); turn(other.dataset.sourcePart); return; }
    const link = event.target.closest("[data-show-from]");
    if (link) { event.preventDefault(); turn(link.dataset.inPart ?? source.dataset.part).then(() => show(link.dataset.showFrom, { page: true })); return; }
    const mark = event.target.closest("mark[data-from]");
    if (mark && form && !window.getSelection().toString()) boxes().get(mark.dataset.from.split(" ")[0])?.[0].focus();
  });
}
if (source) {
  // A saved page begins with its navigation; what matters begins at the first mark.
  const first = pane.querySelector("mark");
  if (first && !location.hash) pane.scrollTop += first.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 6;
}
function listen() {
  if (!form) return;
  pane.addEventListener("pointerup", () => setTimeout(offer));
  pane.addEventListener("keyup", (event) => { if (event.shiftKey || event.key === "Shift") offer(); });
}
if (source && form) {
  document.body.append(menu);
  listen();
  form.addEventListener("focusin", (event) => { if (event.target.dataset.field) show(event.target.dataset.field); });
  document.addEventListener("pointerdown", (event) => { if (!menu.contains(event.target)) menu.hidden = true; });
  document.addEventListener("keydown", (event) => {
    if (menu.hidden) return;
    if (event.key === "Escape") { menu.hidden = true; pane.focus({ preventScroll: true }); }
    if (event.key === "Enter" && pane.contains(event.target)) { event.preventDefault(); menu.querySelector("button").focus(); }
  });
}
