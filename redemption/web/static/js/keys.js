// Keyboard shortcuts: data-key="alt+s" on a button, link or field presses or focuses it; the hint is shown beside its words.
// A single key without alt ("/", "n") works only while nothing is being typed; data-key="alt+n n" has both, and shows the first.
// Alt+? (or ?) lists the shortcuts of the page.

const wanted = () => [...document.querySelectorAll("[data-key]")].filter((element) => element.offsetParent !== null);
const shown = (key) => key.split("+").map((part) => (part.length === 1 ? part.toUpperCase() : part[0].toUpperCase() + part.slice(1))).join("+");

const keys = (element) => element.dataset.key.split(" ");

function typing(target) {
  return target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") != null;
}

function pressed(event) {
  // With Alt the letter may come out as another character: the physical key says which one it was.
  const letter = /^(Key|Digit)(.)$/.exec(event.code)?.[2]?.toLowerCase();
  const name = event.altKey && letter ? letter : event.key.toLowerCase();
  return [event.ctrlKey && "ctrl", event.altKey && "alt", name].filter(Boolean).join("+");
}

function words(element) {
  if (element.dataset.keyName) return element.dataset.keyName;
  const label = element.labels?.[0]?.textContent ?? element.getAttribute("aria-label") ?? element.textContent;
  return label.replace(element.querySelector?.("kbd")?.textContent ?? "\u0000", "").trim();
}

function list() {
  const dialog = document.createElement("dialog");
  dialog.className = "key-help";
  dialog.setAttribute("aria-labelledby", "key-help-title");
  const title = document.createElement("h2");
  title.id = "key-help-title";
  title.textContent = "本页快捷键";
  const entries = document.createElement("dl");
  for (const element of wanted()) {
    const key = document.createElement("dt");
    const kbd = document.createElement("kbd");
    kbd.textContent = keys(element).map(shown).join(" / ");
    key.append(kbd);
    const name = document.createElement("dd");
    name.textContent = words(element);
    entries.append(key, name);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-secondary";
  close.textContent = "关闭";
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(title, entries, close);
  document.body.append(dialog);
  dialog.showModal();
}

export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.metaKey || document.querySelector("dialog[open]")) return;
    const combination = pressed(event);
    if (!event.altKey && !event.ctrlKey && typing(event.target)) return;
    const element = wanted().find((one) => keys(one).includes(combination));
    if (element) {
      event.preventDefault();
      if (element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) element.focus();
      else { element.focus(); element.click(); }
    } else if (event.key === "?" && wanted().length) {
      event.preventDefault();
      list();
    }
  });
}

export function enhance(root) {
  root.querySelectorAll("[data-key]:not([aria-keyshortcuts])").forEach((element) => {
    element.setAttribute("aria-keyshortcuts", keys(element).map(shown).join(" "));
    if (!element.matches("a, button, summary") || element.querySelector("kbd")) return;
    const hint = document.createElement("kbd");
    hint.setAttribute("aria-hidden", "true");
    hint.textContent = shown(keys(element)[0]);
    element.append(hint);
  });
}
