// A form with data-guard is sent once: the second press within some seconds is swallowed and the button says that it works.
// The button is never disabled (its name and value must travel), and comes back when the page is shown again.

const WAIT_MS = 8000;

function release(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll('button[aria-disabled="true"]')) button.removeAttribute("aria-disabled");
}

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-guard]") || event.defaultPrevented) return;
    if (form.dataset.sending) { event.preventDefault(); return; }
    form.dataset.sending = "1";
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(() => release(form), WAIT_MS);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));
  document.addEventListener("htmx:finally:request", () => document.querySelectorAll("form[data-sending]").forEach(release));
}
