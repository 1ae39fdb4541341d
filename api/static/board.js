// Filters the sets that are shown, and looks again while one of them is being analyzed.
const filter = document.getElementById("filter");
const all = () => [...document.querySelectorAll(".set")];

const narrow = () => {
  const wanted = filter.value.trim().toLowerCase();
  all().forEach((set) => (set.hidden = !set.textContent.toLowerCase().includes(wanted)));
  document.getElementById("none").hidden = all().some((set) => !set.hidden);
};

const look = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  all().forEach((set) => {
    const now = fresh.getElementById(set.id);
    if (now && now.dataset.state !== set.dataset.state) set.replaceWith(document.adoptNode(now));
  });
};

const waiting = () => all().some((set) => ["queued", "running"].includes(set.dataset.state));

const looking = setInterval(async () => {
  if (!waiting()) return clearInterval(looking);
  await look();
  if (filter.value !== filter.defaultValue) narrow();
}, 5000);

filter?.addEventListener("input", narrow);
