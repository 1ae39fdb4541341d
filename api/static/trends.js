// Draws a measure over time, and the velocity at each load.
const source = document.getElementById("trends");
const trends = source ? JSON.parse(source.textContent) : [];
const lift = document.getElementById("lift");
const measure = document.getElementById("measure");
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const words = (name) => name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");

const fill = (select, values) =>
  select.replaceChildren(...values.map(([value, text]) => new Option(text, value)));

const layout = (title, x) => ({
  margin: { l: 48, r: 12, t: 8, b: 40 },
  showlegend: false,
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: color("soft") },
  xaxis: { gridcolor: color("line"), fixedrange: true, nticks: 5, tickangle: 0, automargin: true, ...x },
  yaxis: { gridcolor: color("line"), fixedrange: true, title: { text: title } },
});

const trace = (points, x, mode) => ({
  x,
  y: points.map((point) => point.value),
  customdata: points.map((point) => point.analysis_id),
  mode,
  line: { color: color("line-1") },
  marker: { color: color("line-1"), size: 9 },
  error_y: {
    type: "data",
    symmetric: false,
    color: color("soft"),
    thickness: 1.5,
    array: points.map((point) => (point.high ?? point.value) - point.value),
    arrayminus: points.map((point) => point.value - (point.low ?? point.value)),
  },
  hovertemplate: "%{y:.3~g}<extra></extra>",
});

const plot = async (box, ...what) => {
  await Plotly.react(box, ...what);
  box.removeAllListeners("plotly_click");
  box.on("plotly_click", (event) => location.assign(`/analyses/${event.points[0].customdata}`));
};

const drawVelocity = () => {
  const box = document.getElementById("velocity");
  const found = trends.find((trend) => trend.lift === lift.value && trend.measure === "mean_velocity");
  const points = found ? found.points.filter((point) => point.load_kg) : [];
  box.hidden = document.getElementById("velocity-title").hidden = points.length < 2;
  if (box.hidden) return;
  const x = { title: { text: "Load, kg" } };
  plot(box, [trace(points, points.map((point) => point.load_kg), "markers")], layout("m/s", x), { displayModeBar: false, responsive: true });
};

// One point alone would have an axis of milliseconds.
const around = (at) => [-1, 1].map((days) => new Date(Date.parse(at) + days * 86400000).toISOString());

const draw = () => {
  const found = trends.find((trend) => trend.lift === lift.value && trend.measure === measure.value);
  const box = document.getElementById("trend");
  const when = found.points.map((point) => point.at);
  const axis = when.length > 1 ? {} : { tickformat: "%b %d", tickvals: when, range: around(when[0]) };
  plot(box, [trace(found.points, when, "lines+markers")], layout(found.unit, axis), { displayModeBar: false, responsive: true });
  drawVelocity();
};

const choose = () => {
  fill(measure, trends.filter((trend) => trend.lift === lift.value).map((trend) => [trend.measure, trend.title]));
  const usual = ["mean_velocity", "range_m", "drift"].find((name) => [...measure.options].some((o) => o.value === name));
  if (usual) measure.value = usual;
  draw();
};

const start = () => {
  fill(lift, [...new Set(trends.map((trend) => trend.lift))].map((name) => [name, words(name)]));
  lift.addEventListener("change", choose);
  measure.addEventListener("change", draw);
  document.addEventListener("themechange", draw);
  choose();
};

const day = document.querySelector("input[type=date]");
if (day) day.value = new Date().toISOString().slice(0, 10);
if (trends.length) start();
