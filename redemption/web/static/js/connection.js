// Says that the connection is lost, and takes the word back when something gets through again.
// Other parts report what they see by lost() and found().

const banner = () => document.querySelector("[data-offline-banner]");

export function lost() {
  const element = banner();
  if (element) element.hidden = false;
}

export function found() {
  const element = banner();
  if (element) element.hidden = true;
}

export const isLost = () => navigator.onLine === false || banner()?.hidden === false;

// Asks the server itself: a computer may believe that it is online when it is not.
export async function reachable() {
  try {
    await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    found();
    return true;
  } catch {
    lost();
    return false;
  }
}

export function start() {
  window.addEventListener("offline", lost);
  window.addEventListener("online", found);
  if (navigator.onLine === false) lost();
  // htmx reports a failed fetch without a response; an answer of any status means that the line is up.
  document.addEventListener("htmx:error", (event) => {
    if (event.detail?.ctx && !event.detail.ctx.response) lost();
  });
  document.addEventListener("htmx:after:request", (event) => {
    if (event.detail?.ctx?.response) found();
  });
}
