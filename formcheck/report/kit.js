"use strict";

// What the page's two scripts share: the data, and plots in the colors of the theme.
const kit = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;

  const color = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

  const element = (name, className, text = "") => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  };

  const layout = (own) => ({
    showlegend: false,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: color("soft") },
    hoverlabel: { bgcolor: color("card"), bordercolor: color("line"), font: { color: color("ink") }, align: "left" },
    ...own,
  });

  const axis = (own) => ({ fixedrange: true, gridcolor: color("line"), zerolinecolor: color("line"), ...own });

  const config = { displayModeBar: false, doubleClick: "reset" };

  // An instant of the video that somebody wants to see; the page goes there.
  const show = (time) => document.dispatchEvent(new CustomEvent("showinstant", { detail: time }));

  return { data, color, element, layout, axis, config, show };
})();
