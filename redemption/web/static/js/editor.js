// The editor: a click on "看原文" shows where a value came from; selected source text goes into a field.
// Without this script the links jump to the place and text is copied by hand.

const source = document.querySelector("[data-source]");

function show(field) {
  for (const mark of source.querySelectorAll("mark.is-shown")) mark.classList.remove("is-shown");
  const marks = [...source.querySelectorAll("mark[data-from]")].filter((mark) => mark.dataset.from.split(" ").includes(field));
  for (const mark of marks) mark.classList.add("is-shown");
  marks[0]?.scrollIntoView({ block: "center" });
}

if (source) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-show-from]");
    if (!link) return;
    event.preventDefault();
    show(link.dataset.showFrom);
  });
}
