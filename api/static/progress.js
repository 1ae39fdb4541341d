// Shows an analysis while it is made: the stage, the frame, the reps so far.
import { send, tell } from "./api.js";

const root = document.getElementById("progress");
const id = root.dataset.analysis;
const here = `/api/v1/analyses/${id}`;
const find = (name) => document.getElementById(name);
const STAGES = {
  watching: "Watching the set",
  judging: "Judging the reps",
  drawing: "Drawing the video",
  writing: "Writing the report",
  blurring: "Blurring faces for sharing",
};
const VERDICTS = { fine: "fine", borderline: "borderline", fault: "fault", not_assessed: "not assessed" };

const showReps = (reps) => {
  find("reps-title").hidden = !reps.length;
  const items = reps.map((rep) => {
    const item = document.createElement("li");
    const chip = document.createElement("span");
    chip.className = `chip ${rep.verdict}`;
    chip.textContent = VERDICTS[rep.verdict];
    item.append(`Rep ${rep.number}, ${rep.tempo} s `, chip);
    return item;
  });
  find("reps").replaceChildren(...items);
};

const showFrame = async () => {
  const answer = await fetch(`${here}/preview`);
  if (answer.status !== 200) return;
  const image = find("preview");
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(await answer.blob());
  image.hidden = false;
};

const show = ({ state, progress }) => {
  const { stage, done, total, frames_per_s: pace, reps } = progress;
  if (state === "running") find("stage").textContent = STAGES[stage] ?? "Beginning";
  if (stage && total) find("bar").value = done / total;
  else find("bar").removeAttribute("value");
  find("pace").textContent = stage && total ? `${done} of ${total} frames${pace ? `, ${pace} a second` : ""}` : "";
  if (reps) showReps(reps);
};

const act = (name, work) =>
  find(name)?.addEventListener("click", () => work().catch((error) => tell(root, error)));

act("cancel", () => send("POST", `${here}/cancel`));
act("retry", async () => {
  await send("POST", `${here}/retry`);
  location.reload();
});
act("delete", async () => {
  if (!confirm("Delete this video and everything made of it?")) return;
  const { content } = document.querySelector("meta[name=video]");
  const receipt = await send("DELETE", `/api/v1/videos/${content}`);
  location.assign(`/receipts/${receipt.id}`);
});

if (["queued", "running"].includes(root.dataset.state)) {
  const events = new EventSource(`${here}/events`);
  const frames = setInterval(showFrame, 1500);
  events.addEventListener("progress", (event) => show(JSON.parse(event.data)));
  events.addEventListener("end", () => {
    events.close();
    clearInterval(frames);
    location.reload();
  });
}
