// Starts the small behaviours of the pages. Every one is optional: without JavaScript the pages work.
// Behaviours are declared by data attributes; each file says which. Parts that htmx brings in are started too.
import * as chart from "./js/chart.js";
import * as connection from "./js/connection.js";
import * as copyPrint from "./js/copy-print.js";
import * as csrf from "./js/csrf.js";
import * as drafts from "./js/drafts.js";
import * as elder from "./js/elder.js";
import * as fields from "./js/fields.js";
import * as keys from "./js/keys.js";
import * as submitGuard from "./js/submit-guard.js";
import * as uploads from "./js/uploads.js";

const once = [csrf, elder, connection, copyPrint, keys, submitGuard, drafts];
const each = [fields, uploads, chart, keys, drafts];

document.documentElement.classList.add("js");
for (const part of once) part.start();
for (const part of each) part.enhance(document);
document.addEventListener("htmx:after:swap", () => each.forEach((part) => part.enhance(document)));

// Tabler's own script (menus, dialogs) only where a page asks for it.
if (document.querySelector("[data-bs-toggle]")) {
  const script = document.createElement("script");
  script.src = new URL("vendor/tabler/tabler.min.js", import.meta.url).href;
  document.head.append(script);
}
