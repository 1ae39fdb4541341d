// Plays two sets together.
const videos = [...document.querySelectorAll(".pairing")];
const button = document.getElementById("both");

button.addEventListener("click", () => {
  const playing = videos.some((video) => !video.paused);
  videos.forEach((video) => (playing ? video.pause() : video.play()));
  button.textContent = playing ? "Play both" : "Pause both";
});
