// Small things at fields: focus on the error summary, characters left (data-count), folded filters on phones,
// "choose all" (data-check-all="name of the boxes").

function focusSummary(root) {
  const summary = root.querySelector("[data-error-summary]:not([data-on])");
  if (!summary) return;
  summary.dataset.on = "1";
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    (field.closest(".field") ?? field).scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });
}

function countLeft(area) {
  area.dataset.on = "1";
  const line = document.createElement("p");
  line.className = "count-left";
  line.setAttribute("aria-live", "polite");
  area.after(line);
  const show = () => {
    const left = area.maxLength - area.value.length;
    // Spoken only near the end, so that a screen reader is not interrupted at each key.
    line.textContent = left <= area.maxLength / 5 ? `还可以输入 ${left} 个字` : "";
  };
  area.addEventListener("input", show);
  show();
}

export function enhance(root) {
  focusSummary(root);
  root.querySelectorAll("textarea[data-count]:not([data-on])").forEach(countLeft);
  if (window.matchMedia("(max-width: 52rem)").matches) {
    root.querySelectorAll("details[data-filter]:not([data-on])").forEach((filter) => {
      filter.dataset.on = "1";
      filter.open = false;
    });
  }
  root.querySelectorAll("input[data-check-all]:not([data-on])").forEach((all) => {
    all.dataset.on = "1";
    all.addEventListener("change", () => {
      const scope = all.closest("form, table") ?? document;
      scope.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(all.dataset.checkAll)}"]`).forEach((box) => { box.checked = all.checked; });
    });
  });
}
