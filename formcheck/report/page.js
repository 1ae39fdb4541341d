"use strict";

(() => {
  const { data, color, element } = kit;
  const video = document.getElementById("video");
  const coarse = matchMedia("(pointer: coarse)").matches;
  const margin = { l: 44, r: 12, t: 8, b: 30 };
  const drawn = [];
  let now = 0;
  let shown = -1;

  // A blob can be sought in by every browser; some cannot seek in, or play, a long data address.
  if (video?.src.startsWith("data:")) {
    const [head, body] = video.src.split(",", 2);
    const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
    video.src = URL.createObjectURL(new Blob([bytes], { type: head.slice(5).split(";")[0] }));
  }

  const seek = (time) => {
    now = Math.min(Math.max(time, 0), data.duration);
    if (video) video.currentTime = now;
    follow();
  };

  const showInstant = (time) => {
    video?.pause();
    seek(time);
  };

  const currentRep = () => {
    const begun = data.reps.filter((rep) => rep.start <= now + 0.001);
    const last = begun[begun.length - 1];
    return last && now <= last.end + 0.001 ? last.number : 0;
  };

  const follow = () => {
    if (video && !video.seeking) now = video.currentTime;
    const clock = document.getElementById("clock");
    const head = document.getElementById("playhead");
    const rep = currentRep();
    if (clock) clock.textContent = (rep ? `Rep ${rep}, ` : "") + `${now.toFixed(2)} s`;
    if (head) head.style.left = `${(100 * now) / data.duration}%`;
    drawn.forEach(moveCursor);
    document.dispatchEvent(new CustomEvent("instant", { detail: now }));
    if (rep === shown) return;
    shown = rep;
    document.querySelectorAll("[data-row]").forEach((row) => {
      if (Number(row.dataset.row) === rep) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
  };

  const moveCursor = ({ box, cursor }) => {
    const [first, last] = box.layout.xaxis.range;
    const share = (now - first) / (last - first);
    cursor.hidden = share < 0 || share > 1;
    const width = box.clientWidth - margin.l - margin.r;
    cursor.style.transform = `translateX(${margin.l + share * width - 1}px)`;
  };

  const traces = (plot) =>
    plot.curves.map((curve) => ({
      x: data.time,
      y: curve.values,
      name: curve.name,
      mode: "lines",
      line: { color: color(`line-${curve.color}`), width: 2, dash: curve.dashed ? "dot" : "solid" },
      hovertemplate: "%{y:.3~g}",
    }));

  const layout = (plot) => kit.layout({
    margin,
    hovermode: "x unified",
    dragmode: coarse ? false : "zoom",
    xaxis: kit.axis({ range: [...data.range], fixedrange: coarse, ticksuffix: " s", ticks: "outside", tickcolor: "rgba(0,0,0,0)", zeroline: false, hoverformat: ".2f" }),
    yaxis: kit.axis({ nticks: 6 }),
    shapes: data.reps.flatMap((rep) => [
      { type: "rect", xref: "x", yref: "paper", x0: rep.start, x1: rep.end, y0: 0, y1: 1, fillcolor: color("shade"), line: { width: 0 }, layer: "below" },
      { type: "line", xref: "x", yref: "paper", x0: rep.turn, x1: rep.turn, y0: 0, y1: 1, line: { width: 1, dash: "dot", color: color("soft") }, layer: "below" },
    ]),
  });

  const drawPlot = (plot, parent) => {
    const box = element("div", "plot");
    const cursor = element("div", "cursor");
    const title = plot.unit ? `${plot.title} in ${plot.unit}` : plot.title;
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", `${title} over the time of the video`);
    parent.append(box);
    Plotly.newPlot(box, traces(plot), layout(plot), { ...kit.config, responsive: true }).then(() => {
      cursor.style.top = `${margin.t}px`;
      cursor.style.bottom = `${margin.b}px`;
      box.append(cursor);
      drawn.push({ box, cursor, plot });
      box.on("plotly_click", (event) => showInstant(event.points[0].x));
      box.on("plotly_relayout", (change) => zoomTogether(box, change));
      follow();
    });
  };

  const zoomTogether = (source, change) => {
    follow();
    if (!("xaxis.range[0]" in change || "xaxis.autorange" in change || "xaxis.range" in change)) return;
    const range = source.layout.xaxis.range;
    drawn.forEach(({ box }) => {
      const same = box.layout.xaxis.range.every((end, side) => Math.abs(end - range[side]) < 1e-6);
      if (!same) Plotly.relayout(box, { "xaxis.range": [...range] });
    });
  };

  const legend = (plot) => {
    const list = element("ul", "legend");
    plot.curves.forEach((curve) => {
      const entry = element("li", "", curve.name);
      const sample = element("span", curve.dashed ? "sample dashed" : "sample");
      sample.style.borderColor = `var(--line-${curve.color})`;
      entry.prepend(sample);
      list.append(entry);
    });
    return list;
  };

  const addPlot = (plot) => {
    const frame = element(plot.folded ? "details" : "div", "");
    const heading = element(plot.folded ? "summary" : "div", "plot-title");
    heading.append(element("h3", "", plot.title), element("small", "", plot.unit));
    frame.append(heading);
    if (plot.curves.length > 1) frame.append(legend(plot));
    if (plot.note) frame.append(element("p", "note", plot.note));
    document.getElementById("plots").append(frame);
    if (plot.folded) frame.addEventListener("toggle", () => drawPlot(plot, frame), { once: true });
    else drawPlot(plot, frame);
  };

  const recolor = () =>
    drawn.forEach(({ box, plot }) => {
      const range = [...box.layout.xaxis.range];
      const fresh = layout(plot);
      fresh.xaxis.range = range;
      Plotly.react(box, traces(plot), fresh).then(follow);
    });

  const toRep = (step) => {
    const starts = data.reps.map((rep) => rep.start);
    const found = step > 0 ? starts.find((start) => start > now + 0.05) : starts.findLast((start) => start < now - 0.5);
    if (found !== undefined) seek(found);
  };

  const keys = {
    ArrowLeft: () => showInstant(now - data.step),
    ArrowRight: () => showInstant(now + data.step),
    n: () => toRep(1),
    p: () => toRep(-1),
    " ": () => video && (video.paused ? video.play() : video.pause()),
  };

  // In the capture phase, so that a focused video does not also jump by its own keys.
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const active = event.target.closest("button, summary, input, .scroll");
    if (!keys[key] || (key === " " && active) || (key.startsWith("Arrow") && active?.matches(".scroll, input"))) return;
    event.preventDefault();
    event.stopPropagation();
    keys[key]();
  }, true);

  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    const target = event.target.closest("[data-seek]") || row?.querySelector("[data-seek]");
    if (!target) return;
    const go = row || target.dataset.rep ? seek : showInstant;
    go(Number(target.dataset.seek));
    video?.scrollIntoView({ block: "nearest" });
  });

  data.plots.forEach(addPlot);
  if (video) {
    const tick = () => {
      follow();
      if (!video.paused) requestAnimationFrame(tick);
    };
    video.addEventListener("play", tick);
    ["timeupdate", "seeked", "loadedmetadata"].forEach((name) => video.addEventListener(name, follow));
  }
  addEventListener("resize", follow);
  document.addEventListener("themechange", recolor);
  document.addEventListener("showinstant", (event) => showInstant(event.detail));
  follow();
})();
