// data-print: prints the page. data-copy="text": copies it and says so in the button.

async function copy(button) {
  const word = button.querySelector("[data-copy-word]") ?? button;
  const before = word.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    word.textContent = "已复制";
  } catch {
    // Plain http has no clipboard: show the text, selected, so that it can be copied by hand.
    window.prompt("请按 Ctrl+C 复制：", button.dataset.copy);
    return;
  }
  setTimeout(() => { word.textContent = before; }, 2000);
}

export function start() {
  document.addEventListener("click", (event) => {
    const print = event.target.closest("[data-print]");
    if (print) { event.preventDefault(); window.print(); return; }
    const button = event.target.closest("[data-copy]");
    if (button) { event.preventDefault(); copy(button); }
  });
}
