// The CSRF token of the page: sent with every htmx request and by our own fetches.

const meta = () => document.querySelector('meta[name="csrf-token"]');

export function token() {
  return meta()?.content ?? "";
}

// Whoever signed in again in another window has a new session: the page takes its token, and what was typed stays.
// False while nobody is signed in.
export async function renew() {
  const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok || new URL(answer.url).pathname === "/sign-in") return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector('meta[name="csrf-token"]');
  if (!fresh || fresh.content === token()) return false;
  meta().content = fresh.content;
  for (const box of document.querySelectorAll('input[name="csrf_token"]')) box.value = fresh.content;
  return true;
}

export function start() {
  document.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.request.headers["X-CSRFToken"] = token();
  });
}
