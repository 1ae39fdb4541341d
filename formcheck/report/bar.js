"use strict";

// The bar: a panel for the path of each rep, the speeds on the way up, the mean velocities.
(() => {
  const { data, color, element, layout, axis, config, show } = kit;
  const bar = data.bar;
  if (!bar) return;
  const paths = document.getElementById("paths");
  const speeds = document.getElementById("speeds");
  const means = document.getElementById("means");
  const LOWEST = 200;
  const HIGHEST = 380;
  const GAP = 8;
  const margin = { l: 26, r: 6, t: 6, b: 22 };
  const [back, forward] = bar.forward_range_cm;
  const [bottom, top] = bar.height_range_cm;
  const tip = document.getElementById("path-tip");
  const hidden = new Set();
  const panels = [];

  const isSeen = (value) => value !== null;

  // One scale for all panels, the same across as up: as large as lets them stand in a row, within reason.
  const pixelsPerCm = () => {
    const edges = margin.l + margin.r;
    const each = (paths.clientWidth + GAP) / bar.paths.length - GAP - edges;
    const fitting = (each / (forward - back)) * (top - bottom);
    const tall = Math.min(Math.max(fitting, LOWEST), HIGHEST);
    return Math.min(tall / (top - bottom), (paths.clientWidth - edges) / (forward - back));
  };

  const leg = (path, first, stop, line) => ({
    x: path.forward_cm.slice(first, stop),
    y: path.height_cm.slice(first, stop),
    customdata: path.time_s.slice(first, stop).map((_, index) => first + index),
    mode: "lines",
    line,
    hoverinfo: "none",
  });

  const legs = (path) => {
    const paint = color({ best: "line-3", worst: "line-2" }[path.rank] ?? "line-1");
    const pale = { color: paint, width: 1.5, dash: "4px,3px", simplify: false };
    const [first, last] = path.concentric ?? [path.time_s.length, path.time_s.length];
    return [
      leg(path, 0, first + 1, pale),
      leg(path, last, path.time_s.length, pale),
      leg(path, first, last + 1, { color: paint, width: 3, simplify: false }),
      { x: [0], y: [path.height_cm.find(isSeen)], mode: "markers", marker: { color: color("ink"), size: 7 }, hoverinfo: "skip" },
    ];
  };

  const pathLayout = (scale) => {
    const step = top - bottom > 50 ? 20 : 10;
    const minor = { dtick: 10, showgrid: true, gridcolor: color("line") };
    const plumb = { color: color("soft"), width: 1 };
    return layout({
      margin,
      width: Math.round(margin.l + margin.r + scale * (forward - back)),
      height: Math.round(margin.t + margin.b + scale * (top - bottom)),
      hovermode: "closest",
      dragmode: false,
      xaxis: axis({ range: [back, forward], dtick: 10, zeroline: false, tickfont: { size: 11 }, scaleanchor: "y", scaleratio: 1 }),
      yaxis: axis({ range: [bottom, top], dtick: step, minor, zeroline: false, tickfont: { size: 11 } }),
      shapes: [{ type: "line", x0: 0, x1: 0, yref: "paper", y0: 0, y1: 1, line: plumb, layer: "below" }],
    });
  };

  const drawPaths = () => {
    const scale = pixelsPerCm();
    bar.paths.forEach((path, index) => {
      const { box } = panels[index];
      Plotly.react(box, legs(path), pathLayout(scale), config).then(() => follow());
    });
  };

  const addPanel = (path) => {
    const box = document.getElementById(`path-${path.number}`);
    const dot = element("div", "dot");
    dot.hidden = true;
    panels.push({ box, dot, path });
    box.parentElement.append(dot);
  };

  // Pixels of a sample within the panels' frame.
  const placeOf = ({ box, path }, index) => {
    const scale = (box.layout.width - margin.l - margin.r) / (forward - back);
    return [
      box.offsetLeft + margin.l + scale * (path.forward_cm[index] - back),
      box.offsetTop + margin.t + scale * (top - path.height_cm[index]),
    ];
  };

  // The bar's place at the video's instant.
  const moveDot = (panel) => {
    const { dot, path } = panel;
    const times = path.time_s;
    const after = times.findIndex((time) => time >= now - 0.01);
    const index = after < 0 ? times.length - 1 : after;
    dot.hidden = Math.abs(now - times[index]) > 0.05 || !isSeen(path.forward_cm[index]) || !isSeen(path.height_cm[index]);
    if (dot.hidden) return;
    const [x, y] = placeOf(panel, index);
    dot.style.transform = `translate(${x}px, ${y}px)`;
  };

  const away = (value, positive, negative) => `${Math.abs(value).toFixed(1)} cm ${value < 0 ? negative : positive}`;

  // Beside the path and over its neighbors: a label inside of so narrow a panel would hide it.
  const showTip = (panel, index) => {
    const { path } = panel;
    const speed = path.speed_mps[index];
    tip.replaceChildren(
      element("strong", "", `Rep ${path.number}`),
      element("span", "", `${path.time_s[index].toFixed(2)} s`),
      element("span", "", away(path.height_cm[index], "up", "down")),
      element("span", "", away(path.forward_cm[index], "forward", "back")),
      element("span", "", isSeen(speed) ? `${Math.abs(speed).toFixed(2)} m/s` : ""),
    );
    tip.hidden = false;
    const [x, y] = placeOf(panel, index);
    const fits = x + 16 + tip.offsetWidth <= paths.clientWidth;
    tip.style.transform = `translate(${fits ? x + 16 : Math.max(0, x - 16 - tip.offsetWidth)}px, ${y - tip.offsetHeight / 2}px)`;
  };

  let now = -1;
  const follow = (time = now) => {
    now = time;
    panels.forEach((panel) => panel.box.layout && moveDot(panel));
  };

  // From the color of the first rep to that of the last.
  const shade = (number) => {
    const numbers = bar.ascents.map((ascent) => ascent.number);
    const share = (number - numbers[0]) / (numbers[numbers.length - 1] - numbers[0] || 1);
    const channels = [color("line-1"), color("line-2")].map((hex) =>
      [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
    const mixed = channels[0].map((channel, at) => Math.round(channel + share * (channels[1][at] - channel)));
    return `rgb(${mixed.join(",")})`;
  };

  const speedTraces = () =>
    bar.ascents.flatMap((ascent) => {
      const [first, last] = ascent.sticking ?? [0, -1];
      const visible = !hidden.has(ascent.number);
      const paint = shade(ascent.number);
      return [
        { x: ascent.since_s.slice(first, last + 1), y: ascent.speed_mps.slice(first, last + 1), visible, mode: "lines",
          line: { color: paint, width: 12 }, opacity: 0.22, hoverinfo: "skip" },
        { x: ascent.since_s, y: ascent.speed_mps, customdata: ascent.time_s, visible, mode: "lines",
          line: { color: paint, width: 2.5 },
          hovertemplate: `<b>Rep ${ascent.number}</b>, %{x:.2f} s<br>%{y:.2f} m/s<extra></extra>` },
      ];
    });

  const speedLayout = () =>
    layout({
      margin: { l: 40, r: 10, t: 8, b: 30 },
      hovermode: "closest",
      dragmode: false,
      xaxis: axis({ ticksuffix: " s", ticks: "outside", tickcolor: "rgba(0,0,0,0)", zeroline: false, rangemode: "tozero" }),
      yaxis: axis({ rangemode: "tozero", nticks: 6, zerolinewidth: 2 }),
    });

  const drawSpeeds = () => {
    Plotly.react(speeds, speedTraces(), speedLayout(), { ...config, responsive: true });
    document.querySelectorAll("[data-speed]").forEach((button) => {
      const number = Number(button.dataset.speed);
      button.setAttribute("aria-pressed", String(!hidden.has(number)));
      button.querySelector(".sample").style.borderColor = shade(number);
    });
  };

  const drawMeans = () => {
    const known = bar.means.filter((mean) => mean.low !== null);
    const trace = {
      type: "bar",
      x: bar.means.map((mean) => mean.number),
      y: bar.means.map((mean) => mean.value),
      text: bar.means.map((mean) => mean.value.toFixed(2)),
      textposition: "inside",
      insidetextanchor: "start",
      textangle: 0,
      textfont: { color: color("on-accent"), size: 13 },
      marker: { color: color("line-1") },
      hovertemplate: "<b>Rep %{x}</b><br>%{y:.2f} m/s<extra></extra>",
      error_y: {
        type: "data", symmetric: false, color: color("ink"), thickness: 1.5, width: 5, visible: known.length > 0,
        array: bar.means.map((mean) => (mean.high ?? mean.value) - mean.value),
        arrayminus: bar.means.map((mean) => mean.value - (mean.low ?? mean.value)),
      },
    };
    const own = layout({
      margin: { l: 40, r: 10, t: 8, b: 30 },
      bargap: 0.35,
      dragmode: false,
      uniformtext: { mode: "hide", minsize: 10 },
      xaxis: axis({ type: "category", showgrid: false }),
      yaxis: axis({ rangemode: "tozero", nticks: 6 }),
    });
    Plotly.react(means, [trace], own, { ...config, responsive: true });
  };

  const draw = () => {
    if (paths) drawPaths();
    if (speeds) drawSpeeds();
    if (means) drawMeans();
  };

  document.addEventListener("click", (event) => {
    const number = Number(event.target.closest("[data-speed]")?.dataset.speed);
    if (!number) return;
    if (!hidden.delete(number)) hidden.add(number);
    drawSpeeds();
  });

  if (paths) bar.paths.forEach(addPanel);
  draw();
  panels.forEach((panel) => {
    panel.box.on("plotly_hover", (event) => showTip(panel, event.points[0].customdata));
    panel.box.on("plotly_unhover", () => (tip.hidden = true));
    panel.box.on("plotly_click", (event) => {
      showTip(panel, event.points[0].customdata);
      show(panel.path.time_s[event.points[0].customdata]);
    });
  });
  if (tip) document.addEventListener("pointerdown", () => (tip.hidden = true), true);
  speeds?.on("plotly_click", (event) => show(event.points[0].customdata));
  document.addEventListener("themechange", draw);
  document.addEventListener("instant", (event) => follow(event.detail));
  addEventListener("resize", () => paths && drawPaths());
})();
