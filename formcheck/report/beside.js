"use strict";

// A set beside something else: two reps in step, a ghost over one of them, curves in their bands.
(() => {
  const { data, color, element, layout, axis, config } = kit;
  const main = document.getElementById("video");
  const slider = document.getElementById("pair-at");
  const pair = data.pair;

  const twins = () => {
    const videos = { best: document.querySelector("[data-twin=best]"), worst: document.querySelector("[data-twin=worst]") };
    const canvas = document.getElementById("ghost");
    const toggle = document.getElementById("ghost-toggle");
    const play = document.getElementById("pair-play");
    const phase = document.getElementById("pair-phase");
    const steps = Number(slider.max);
    let ghostly = true;
    let playing = 0;
    let loaded = false;

    // Where the slider stands: which phase, how far through it (0..1).
    const place = () => {
      const along = (2 * Number(slider.value)) / steps;
      const part = along < 1 ? 0 : 1;
      return [part, along - part];
    };

    const timeOf = (name) => {
      const [part, share] = place();
      const [start, end] = pair[name][part];
      return start + share * (end - start);
    };

    // A new place is only sought once the last one is shown, so that a slow phone is not flooded.
    const seek = (name) => {
      const video = videos[name];
      const time = timeOf(name);
      document.querySelector(`[data-clock=${name}]`).textContent = `${time.toFixed(2)} s`;
      if (video.readyState && !video.seeking && Math.abs(video.currentTime - time) > 0.004) video.currentTime = time;
    };

    const ghostAt = () => {
      const [part, share] = place();
      const frames = pair.ghost[part];
      const at = share * (frames.length - 1);
      const first = Math.min(Math.floor(at), frames.length - 2);
      return frames[first].map((from, joint) => {
        const to = frames[first + 1][joint];
        return from && to ? from.map((value, axis_) => value + (at - first) * (to[axis_] - value)) : null;
      });
    };

    const drawGhost = () => {
      const density = window.devicePixelRatio || 1;
      const { clientWidth: width, clientHeight: height } = videos.worst;
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
      const pen = canvas.getContext("2d");
      if (!ghostly || !width) return;
      pen.scale(density, density);
      pen.lineCap = "round";
      const points = ghostAt();
      [["rgba(12,16,24,0.75)", 5.5], ["#5fd3bf", 3]].forEach(([paint, thick]) => {
        pen.strokeStyle = paint;
        pen.lineWidth = Math.max(thick * Math.min(1, width / 360), thick / 2);
        pen.beginPath();
        pair.bones.forEach(([from, to]) => {
          if (!points[from] || !points[to]) return;
          pen.moveTo(points[from][0] * width, points[from][1] * height);
          pen.lineTo(points[to][0] * width, points[to][1] * height);
        });
        pen.stroke();
      });
    };

    const follow = () => {
      const [part, share] = place();
      const names = { eccentric: "Way down", concentric: "Way up" };
      phase.textContent = `${names[pair.worst[part][2]]}, ${Math.round(100 * share)} %`;
      Object.keys(videos).forEach(seek);
      drawGhost();
    };

    const load = () => {
      if (loaded) return;
      loaded = true;
      Object.entries(videos).forEach(([name, video]) => {
        video.style.aspectRatio = pair.aspect;
        video.addEventListener("loadedmetadata", follow);
        video.addEventListener("seeked", () => seek(name));
        video.preload = "auto";
        video.src = main.src;
      });
    };

    const stop = () => {
      playing = 0;
      play.textContent = "Play both";
    };

    // The longer of the two reps sets the pace.
    const run = (from, since) => {
      if (playing !== since) return;
      const spans = [0, 1].map((part) => Math.max(...["best", "worst"].map((name) => pair[name][part][1] - pair[name][part][0])));
      let left = (performance.now() - since) / 1000;
      let along = (2 * from) / steps;
      for (const part of [0, 1]) {
        const rest = Math.max(0, part + 1 - Math.max(along, part)) * spans[part];
        const step = Math.min(left, rest);
        if (along < part + 1) along += step / spans[part];
        left -= step;
      }
      slider.value = Math.round((along / 2) * steps);
      follow();
      if (along >= 2) stop();
      else requestAnimationFrame(() => run(from, since));
    };

    play.addEventListener("click", () => {
      if (playing) return stop();
      load();
      if (slider.value === slider.max) slider.value = 0;
      playing = performance.now();
      play.textContent = "Stop";
      return run(Number(slider.value), playing);
    });
    toggle.addEventListener("click", () => {
      ghostly = !ghostly;
      toggle.setAttribute("aria-pressed", String(ghostly));
      drawGhost();
    });
    slider.addEventListener("input", () => {
      stop();
      load();
      follow();
    });
    new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && load(), { rootMargin: "300px" })
      .observe(document.getElementById("pair"));
    new ResizeObserver(drawGhost).observe(videos.worst);
    follow();
  };

  // Both phases in a row, 0 to 100 per cent each.
  const traces = (plot) => {
    const x = plot.phases.flatMap((part, index) => part.mean.map((_, percent) => 100 * index + percent));
    const all = (of) => plot.phases.flatMap((part) => part.mean.map((mean, at) => of(part, at, mean)));
    const beyond = (side) => all((part, at, mean) => (mean === null || part.sd[at] === null ? null : mean + side * 2 * part.sd[at]));
    const line = { mode: "lines", hoverinfo: "skip" };
    return [
      { ...line, x, y: beyond(-1), line: { width: 0 } },
      { ...line, x, y: beyond(1), line: { width: 0 }, fill: "tonexty", fillcolor: color("shade-band") },
      { ...line, x, y: all((part, at, mean) => mean), line: { color: color("line-3"), width: 2, dash: "dot" } },
      { ...line, x, y: all((part, at) => part.lifter[at]), line: { color: color("line-2"), width: 2.5 } },
    ];
  };

  const plotLayout = (plot) => {
    const middle = { type: "line", x0: 100, x1: 100, yref: "paper", y0: 0, y1: 1, line: { width: 1, dash: "dot", color: color("soft") } };
    const texts = ["0", ...plot.phases.map((part) => `end of ${part.name}`)];
    return layout({
      margin: { l: 40, r: 12, t: 6, b: 26 },
      dragmode: false,
      xaxis: axis({ tickvals: plot.phases.length > 1 ? [0, 100, 200] : [0, 100], ticktext: texts, zeroline: false, tickfont: { size: 11 } }),
      yaxis: axis({ nticks: 5, tickfont: { size: 11 } }),
      shapes: plot.phases.length > 1 ? [middle] : [],
    });
  };

  const drawn = [];
  document.querySelectorAll("[data-compared]").forEach((details) => {
    details.addEventListener("toggle", () => {
      const place = details.querySelector(".small-plots");
      data.compared[Number(details.dataset.compared)].forEach((plot) => {
        const frame = element("div", "small-plot");
        const heading = element("div", "plot-title");
        heading.append(element("h3", "", plot.title), element("small", "", plot.unit));
        const box = element("div", "chart");
        box.setAttribute("role", "img");
        box.setAttribute("aria-label", `${plot.title} of rep ${plot.rep} and the reference, in ${plot.unit}, over the phases`);
        frame.append(heading, box);
        place.append(frame);
        Plotly.newPlot(box, traces(plot), plotLayout(plot), { ...config, responsive: true });
        drawn.push({ box, plot });
      });
    }, { once: true });
  });
  document.addEventListener("themechange", () =>
    drawn.forEach(({ box, plot }) => Plotly.react(box, traces(plot), plotLayout(plot), { ...config, responsive: true })));

  if (slider && pair && main) twins();
})();
