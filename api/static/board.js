// Filters the board, and looks again while something is being analyzed.
const filter = document.getElementById("filter");
const sets = [...document.querySelectorAll(".set")];

filter?.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  sets.forEach((set) => (set.hidden = !set.textContent.toLowerCase().includes(wanted)));
  document.getElementById("none").hidden = sets.some((set) => !set.hidden);
});

if (sets.some((set) => ["queued", "running"].includes(set.dataset.state))) {
  setTimeout(() => filter.value || location.reload(), 10000);
}
