// Light or dark, as Airflow around the page is; alone, as Airflow was last, else as the system is.
"use strict";
(() => {
  const mine = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  const around = () => {
    try {
      return window.parent === window ? null : window.parent.document.documentElement;
    } catch {
      return null; // framed by something that is not Airflow
    }
  };

  const apply = () => {
    const theirs = around();
    let dark = system.matches;
    if (theirs) {
      dark = theirs.classList.contains("dark");
    } else {
      const kept = localStorage.getItem("theme");
      if (kept === "dark" || kept === "light") dark = kept === "dark";
    }
    mine.dataset.theme = dark ? "dark" : "light";
  };

  apply();
  const theirs = around();
  if (theirs) new MutationObserver(apply).observe(theirs, { attributes: true, attributeFilter: ["class"] });
  system.addEventListener("change", apply);
})();
