// The CSRF token of the page: sent with every htmx request and by our own fetches.

export function token() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

export function start() {
  document.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.request.headers["X-CSRFToken"] = token();
  });
}
