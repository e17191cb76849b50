// The org chart as a list: each level is a page of its own, and opens in place where scripts run.
"use strict";
(() => {
  const { fragment, trouble } = window.syncHistory;

  const open = async (button) => {
    const item = button.closest("li");
    const level = item.querySelector(":scope > .tree, :scope > .note");
    const shown = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!shown));
    if (level) { level.hidden = shown; return; }
    button.disabled = true;
    try {
      item.append(...(await fragment(button.dataset.level)).querySelectorAll(".tree")); // none when they have just left
    } catch (error) {
      item.append(trouble(error));
    }
    button.disabled = false;
    button.focus();
  };
  const more = async (link) => {
    const item = link.closest("li");
    try {
      item.replaceWith(...(await fragment(link.href)).querySelector(".tree").children);
    } catch (error) {
      item.replaceChildren(trouble(error));
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-level]");
    const link = event.target.closest("[data-more]");
    if (button && !button.disabled) open(button);
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); more(link); }
  });
})();
