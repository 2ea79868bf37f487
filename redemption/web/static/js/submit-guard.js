// A form with data-guard is sent once: the second press within some seconds is swallowed and the button says that it works.
// The button is never disabled (its name and value must travel), and comes back when the page is shown again.
// While the line is lost a form is not sent, because the browser would put its own error page in the place of what was typed.

import { isLost, reachable } from "./connection.js";

const WAIT_MS = 8000;

function release(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll('button[aria-disabled="true"]')) button.removeAttribute("aria-disabled");
}

async function onceReachable(form, pressed) {
  if (await reachable()) form.requestSubmit(pressed ?? undefined);
  else pressed?.focus();
}

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (isLost() && form.getAttribute("method") === "post") {
      event.preventDefault();
      onceReachable(form, event.submitter);
      return;
    }
    if (!form.matches("form[data-guard]")) return;
    if (form.dataset.sending) { event.preventDefault(); return; }
    form.dataset.sending = "1";
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(() => release(form), WAIT_MS);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));
  document.addEventListener("htmx:finally:request", () => document.querySelectorAll("form[data-sending]").forEach(release));
}
