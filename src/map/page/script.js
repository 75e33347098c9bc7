"use strict";
/* The page is complete without this script, which only adds a filter to each long table. */
for (const box of document.querySelectorAll(".filter")) {
  const input = box.querySelector("input");
  const status = box.querySelector("[role=status]");
  const rows = Array.from(document.getElementById(box.dataset.table).querySelectorAll("tbody tr"));
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every((word) => texts[i].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    status.textContent = words.length ? shown + " of " + rows.length + " rows" : "";
  };
  input.addEventListener("input", apply);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value) {
      input.value = "";
      apply();
    }
  });
  box.hidden = false;
  apply();
}
