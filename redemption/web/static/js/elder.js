// 长者模式: larger text and targets, remembered in this browser by the cookie "elder" (the server reads it, so that the
// page does not jump). Without JavaScript the same button posts to /elder-mode.

const YEAR = 60 * 60 * 24 * 365;

export function start() {
  const form = document.querySelector("[data-elder-form]");
  const button = form?.querySelector("[data-elder-switch]");
  if (!button) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const on = !document.documentElement.classList.contains("elder");
    document.documentElement.classList.toggle("elder", on);
    button.setAttribute("aria-pressed", String(on));
    button.value = on ? "0" : "1";
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `elder=${on ? 1 : 0}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
    window.dispatchEvent(new Event("resize"));
  });
}
