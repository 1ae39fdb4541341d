// Uploads the chosen videos one after another, each then analyzed; a cut connection goes on where it ended.
import { headers, send, words } from "./api.js";

const form = document.getElementById("upload");
const drop = document.getElementById("drop");
const files = document.getElementById("files");
const list = document.getElementById("list");
const HASHED_BYTES = 64 * 1024 * 1024;
const TRIES = 5;
const start = document.getElementById("start");
const waiting = [];
let last = Promise.resolve();

const number = (name, factor = 1) => (form.elements[name].value ? Number(form.elements[name].value) * factor : null);

const text = (name) => form.elements[name].value.trim() || null;

const options = () => ({
  lift: text("lift"),
  preset: text("preset"),
  variant: text("variant"),
  rules: text("rules"),
  tempo: text("tempo"),
  reference_id: text("reference_id"),
  load_kg: number("load_kg"),
  height_m: number("height_m"),
  plate_diameter_m: number("plate_mm", 0.001),
  slow_motion: number("slow_motion"),
});

// Large files would have to lie in memory whole to be hashed, and only secure pages can hash.
const digest = async (file) => {
  if (!crypto.subtle || file.size > HASHED_BYTES) return null;
  const bytes = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const request = (method, url, body, extra, onProgress) =>
  new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest();
    asked.open(method, url);
    for (const [name, text] of Object.entries({ ...headers(), ...extra })) asked.setRequestHeader(name, text);
    asked.upload.onprogress = (event) => onProgress(event.loaded);
    asked.onload = () => {
      const told = asked.responseText ? JSON.parse(asked.responseText) : null;
      if (asked.status < 300) resolve(told);
      else reject(Object.assign(new Error(words(told, asked.status)), { final: true }));
    };
    asked.onerror = () => reject(new Error("The connection was lost."));
    asked.send(body);
  });

const arrived = async (hash) => {
  const answer = await fetch(`/api/v1/uploads/${hash}`, { method: "HEAD" });
  return answer.ok ? Number(answer.headers.get("Upload-Offset")) : 0;
};

const transfer = async (file, athlete, onProgress) => {
  const query = new URLSearchParams({ name: file.name, athlete_id: athlete });
  const type = { "Content-Type": "application/octet-stream" };
  const hash = await digest(file);
  if (!hash) return request("POST", `/api/v1/videos?${query}`, file, type, onProgress);
  for (let left = TRIES; ; left -= 1) {
    try {
      const offset = await arrived(hash);
      const extra = { ...type, "Upload-Offset": String(offset) };
      const url = `/api/v1/uploads/${hash}?${query}`;
      return await request("PUT", url, file.slice(offset), extra, (sent) => onProgress(offset + sent));
    } catch (error) {
      if (error.final || left <= 1) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
};

const entry = (file) => {
  const item = document.createElement("li");
  const name = document.createElement("strong");
  const bar = document.createElement("progress");
  const note = document.createElement("span");
  name.textContent = file.name;
  bar.max = file.size;
  bar.value = 0;
  bar.setAttribute("aria-label", `Upload of ${file.name}`);
  note.textContent = `${Math.max(0.1, file.size / 1e6).toFixed(1)} MB`;
  const leave = document.createElement("button");
  leave.type = "button";
  leave.className = "quiet";
  leave.textContent = "Leave out";
  leave.setAttribute("aria-label", `Leave out ${file.name}`);
  item.append(name, bar, note, leave);
  list.append(item);
  const chosen = { file, bar, note, leave };
  leave.addEventListener("click", () => {
    waiting.splice(waiting.indexOf(chosen), 1);
    item.remove();
    offer();
  });
  return chosen;
};

const upload = async ({ file, bar, note }, athlete, said) => {
  try {
    note.textContent = "uploading";
    const video = await transfer(file, athlete, (sent) => (bar.value = sent));
    bar.value = file.size;
    const analysis = await send("POST", "/api/v1/analyses", { video_id: video.id, ...said });
    const link = document.createElement("a");
    link.href = `/analyses/${analysis.id}`;
    link.textContent = "See it being analyzed";
    note.replaceChildren(link);
    return link.href;
  } catch (error) {
    bar.remove();
    note.textContent = error.message;
    note.className = "error";
    return null;
  }
};

const offer = () => {
  start.disabled = !waiting.length;
  start.textContent = waiting.length > 1 ? `Upload ${waiting.length} videos` : "Upload";
};

const add = (chosen) => {
  waiting.push(...[...chosen].map(entry));
  offer();
};

const begin = () => {
  const athlete = form.elements.athlete_id.value;
  const said = options();
  const all = waiting.splice(0).map((chosen) => {
    chosen.leave.remove();
    chosen.note.textContent = "waiting";
    last = last.then(() => upload(chosen, athlete, said));
    return last;
  });
  offer();
  if (all.length === 1 && list.children.length === 1) all[0].then((href) => href && location.assign(href));
};

files.addEventListener("change", () => {
  add(files.files);
  files.value = "";
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  begin();
});
for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop") add(event.dataTransfer.files);
  });
}
