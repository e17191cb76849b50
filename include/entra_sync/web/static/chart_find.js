// Finds somebody in the org chart. The name is posted, so that it stands in no address and in no log.
"use strict";
(() => {
  const form = document.querySelector("[data-find]");
  if (!form) return;
  const { ask, say } = window.syncHistory;
  const { show, tell, tried } = window.syncHistory.chart;
  const { chart: address, people: pages } = document.querySelector("[data-picture]").dataset;
  const place = form.querySelector("[data-found]");

  const line = (text, className) => {
    const made = document.createElement(className ? "span" : "bdi");
    made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const close = () => { place.hidden = true; };
  const choose = (one) => tried(async () => {
    close();
    tell();
    if (await show(one.entra_id)) return;
    const link = document.createElement("a");
    link.href = `${pages}/${one.entra_id}`;
    link.textContent = "See why";
    tell(line(one.name), ` is not in the chart: ${one.synced ? "not in PeopleGoal yet" : one.state}. `, link);
  });
  const offer = ({ people, more }) => {
    const list = document.createElement("ul");
    for (const one of people) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(line(one.name), line([one.email, one.synced ? "" : one.state].filter(Boolean).join(", "), "quiet"));
      button.addEventListener("click", () => choose(one));
      const item = document.createElement("li");
      item.append(button);
      list.append(item);
    }
    const said = !people.length ? "Nobody found." : more ? `The first ${people.length} are shown: add another word to see fewer.` : `${people.length} found.`;
    const note = document.createElement("p");
    note.className = "quiet";
    note.textContent = said;
    place.replaceChildren(list, note);
    place.hidden = false;
    say(said);
    const first = list.querySelector("button");
    if (first) first.focus();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.elements.search.value.trim()) return;
    tried(async () => {
      const found = await ask(`${address}/find.json`, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (found.people.length === 1) await choose(found.people[0]); else offer(found);
    });
  });
  form.addEventListener("keydown", (event) => {
    const buttons = Array.from(place.querySelectorAll("button"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && !place.hidden) {
      event.preventDefault(); // else the browser empties the field as well
      close();
      form.elements.search.focus();
    } else if (step && !place.hidden && buttons.length) {
      event.preventDefault();
      const next = buttons[buttons.indexOf(document.activeElement) + step];
      (next || form.elements.search).focus();
    }
  });
  document.addEventListener("click", (event) => { if (!form.contains(event.target)) close(); });
})();
