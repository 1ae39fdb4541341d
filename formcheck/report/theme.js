"use strict";

// Runs before the page is drawn, so that no light page flashes up in the dark.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  // A page opened from disk may not be allowed to remember anything.
  const remembered = (theme) => {
    try {
      if (theme) localStorage.setItem("formcheck-theme", theme);
      return localStorage.getItem("formcheck-theme");
    } catch {
      return null;
    }
  };

  const apply = (theme) => {
    root.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) {
      const other = theme === "dark" ? "light" : "dark";
      button.textContent = other === "dark" ? "Dark" : "Light";
      button.setAttribute("aria-label", `Switch to ${other} colors`);
      button.hidden = false;
    }
    document.dispatchEvent(new Event("themechange"));
  };

  const applyChosen = () => apply(remembered() || (system.matches ? "dark" : "light"));

  const toggle = () => {
    const theme = root.dataset.theme === "dark" ? "light" : "dark";
    remembered(theme);
    apply(theme);
  };

  applyChosen();
  system.addEventListener("change", applyChosen);
  document.addEventListener("DOMContentLoaded", () => {
    applyChosen();
    document.getElementById("theme").addEventListener("click", toggle);
  });
})();
