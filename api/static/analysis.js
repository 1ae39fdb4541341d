// What the service adds to the report's page: overlay, review, sharing, comments, deletion.
import { send, tell } from "./api.js";

const tools = document.getElementById("tools");
const here = `/api/v1/analyses/${tools.dataset.analysis}`;
const video = document.getElementById("video");
const find = (name) => document.getElementById(name);
const attempt = (work) => work().catch((error) => tell(document, error));

const flip = (button) => {
  const pressed = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(pressed));
  return pressed;
};

const action = (words, name, id) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.dataset[name] = id;
  button.textContent = words;
  return button;
};

find("overlay")?.addEventListener("click", (event) => {
  const at = video.currentTime;
  const playing = !video.paused;
  video.src = flip(event.currentTarget) ? tools.dataset.annotated : tools.dataset.original;
  video.addEventListener("loadedmetadata", () => {
    video.currentTime = at;
    if (playing) video.play();
  }, { once: true });
});

video.addEventListener("error", () => {
  if (find("overlay")?.getAttribute("aria-pressed") !== "false") return;
  find("overlay").click();
  tell(document, new Error("This browser cannot play the video as it was filmed."));
});

find("review")?.addEventListener("click", (event) => {
  const reviewed = flip(event.currentTarget);
  attempt(() => send("PUT", `${here}/review`, { reviewed }));
});

find("share").addEventListener("submit", (event) => {
  event.preventDefault();
  const { days, blur_faces: blur } = event.currentTarget.elements;
  attempt(async () => {
    const made = await send("POST", `${here}/shares`, { days: Number(days.value), blur_faces: blur.checked });
    find("link").textContent = made.url;
    find("copy").hidden = !navigator.clipboard;
    find("copy").textContent = "Copy it";
    const item = document.createElement("li");
    item.append(
      `until ${made.expires_at.slice(0, 10)}${made.blur_faces ? "" : ", faces shown"} `,
      action("Revoke", "revoke", made.id),
    );
    find("shares").prepend(item);
  });
});

find("copy").addEventListener("click", () => attempt(async () => {
  await navigator.clipboard.writeText(find("link").textContent);
  find("copy").textContent = "Copied";
}));

find("reference").addEventListener("submit", (event) => {
  event.preventDefault();
  const rep = event.currentTarget.elements.rep.value;
  const kept = find("kept");
  kept.textContent = "Reading the reps";
  attempt(async () => {
    const wanted = { analysis_ids: [tools.dataset.analysis], rep: rep ? Number(rep) : null };
    const made = await send("POST", "/api/v1/references", wanted).finally(() => (kept.textContent = ""));
    kept.textContent = `Kept: ${made.title}.`;
  });
});

// Lists grow while the page is open, so their buttons are heard here.
const takesAway = (list, name, address) =>
  find(list).addEventListener("click", (event) => {
    const button = event.target.closest(`[data-${name}]`);
    if (!button) return;
    attempt(async () => {
      await send("DELETE", `${address}/${button.dataset[name]}`);
      button.closest("li").remove();
      if (name !== "revoke") return;
      find("link").textContent = "";
      find("copy").hidden = true;
    });
  });

takesAway("shares", "revoke", "/api/v1/shares");
takesAway("comments", "uncomment", "/api/v1/comments");

find("comment").addEventListener("submit", (event) => {
  event.preventDefault();
  const { text } = event.currentTarget.elements;
  attempt(async () => {
    const made = await send("POST", `${here}/comments`, { at_s: video.currentTime, text: text.value });
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "seek";
    button.dataset.seek = made.at_s;
    button.textContent = `${made.at_s.toFixed(1)} s`;
    item.append(button, ` ${made.text} `, action("Delete", "uncomment", made.id));
    find("comments").querySelector(".note")?.remove();
    find("comments").append(item);
    text.value = "";
  });
});

// Typing a comment must not play the video.
find("comment").addEventListener("keydown", (event) => event.stopPropagation());

find("delete").addEventListener("click", () => {
  if (!confirm("Delete this video and everything made of it?")) return;
  attempt(async () => {
    const receipt = await send("DELETE", `/api/v1/videos/${tools.dataset.video}`);
    location.assign(`/receipts/${receipt.id}`);
  });
});
