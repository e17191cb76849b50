// The org chart as a picture: opens and closes level by level. A level is asked for when it is first opened, 50 people at a
// time; the keys are those of a tree (WAI-ARIA): arrows, Home, End, Enter.
"use strict";
(() => {
  const area = document.querySelector("[data-picture]");
  if (!area) return;
  const { ask, part, reason, say } = window.syncHistory;
  const chart = window.syncHistory.chart;
  const { chart: address, people: pages } = area.dataset;
  const NARROW = 620; // pixels: two columns of cards
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("role", "tree");
  svg.setAttribute("aria-label", "Org chart");
  area.append(svg);
  const percent = document.querySelector("[data-percent]");
  const view = chart.zoomed(area, svg, (scale) => { percent.textContent = `${Math.round(scale * 100)} %`; });

  // A node: ``children`` by the pages that were read, ``apart`` those who were searched for and are on none of them.
  const made = (node) => ({ open: false, leads: false, children: [], apart: new Map(), known: new Map(), groups: [], more: null, after: 0, asked: null, ...node });
  const root = made({ open: true, from: `${address}/top.json?kind=top&` });
  const card = (person, parent) => made({
    kind: "person", parent, person, leads: person.reports > 0, warns: person.warns,
    link: person.entra_id && `${pages}/${person.entra_id}`,
    from: `${address}/${person.id}/reports.json?`,
    rows: [["name", person.name || "No name"], ["title", person.job_title], ["department", person.department], ["team", person.team], [person.warns ? "mark" : "quiet", person.mark], ["mark", person.why]].filter(([, text]) => text),
  });
  const child = (parent, person) => parent.known.get(person.id) || parent.apart.get(person.id);
  const add = (parent, { people, after }) => {
    for (const person of people) {
      if (parent.known.has(person.id)) continue;
      const node = child(parent, person) || card(person, parent);
      parent.apart.delete(person.id);
      parent.known.set(person.id, node);
      parent.children.push(node);
    }
    parent.after = after;
    parent.more = after === null ? null : parent.more || made({ kind: "more", parent, rows: [["name", "Show more"]] });
  };
  const load = (node) => {
    node.asked = node.asked || ask(`${node.from}after=${node.after}`).then((found) => add(node, found)).finally(() => { node.asked = null; });
    return node.asked;
  };
  const filled = (node) => (node.children.length ? null : load(node));

  let order = [], way = [], current = null;
  const draw = () => {
    const drawn = chart.draw(svg, root, { way, narrow: area.clientWidth < NARROW });
    order = drawn.order;
    view.resize(drawn.width, drawn.height);
    while (current && !order.includes(current)) current = current.parent;
    select(current || order[0]);
  };
  const select = (node, { focus = false } = {}) => {
    for (const [one, index] of [[current, "-1"], [node, "0"]]) {
      if (!one || !one.drawn) continue;
      one.drawn.setAttribute("tabindex", index);
      if (one.name) one.name.setAttribute("tabindex", index);
    }
    current = node;
    if (focus && node) node.drawn.focus({ preventScroll: true });
  };

  const trouble = document.querySelector("[data-trouble]");
  const tell = (...parts) => { trouble.replaceChildren(...parts); trouble.hidden = !parts.length; say(trouble.textContent); };
  const tried = async (work) => {
    tell();
    try { await work(); } catch (error) { tell(reason(error).replace("Airflow", "The server")); }
  };

  const toggle = (node) => tried(async () => {
    if (!node.open) await filled(node);
    const y = node.y;
    node.open = !node.open;
    draw();
    view.moveBy(node.y - y);
    const inside = chart.inside(node);
    if (inside.length) view.reveal(inside[0], node, { ...node, x: inside[0].x });
    say(node.open ? `${inside.length} shown` : "closed");
  });
  const showMore = (node) => tried(async () => {
    const { parent } = node;
    const before = parent.children.length;
    await load(parent);
    draw();
    const first = parent.children[before] || parent.children[before - 1];
    select(first, { focus: true });
    view.reveal(first);
  });
  const act = (node) => (node.kind === "more" ? showMore(node) : node.leads ? toggle(node) : null);

  // Those who have nobody above and lead nobody, and leavers who are still somebody's manager: groups below the top.
  const group = async (kind, title) => {
    const from = `${address}/top.json?kind=${kind}&`;
    const found = await ask(`${from}after=0`);
    if (!found.people.length) return null;
    const number = `${found.people.length.toLocaleString("en")}${found.after === null ? "" : "+"} ${found.people.length === 1 ? "person" : "people"}`;
    const node = made({ kind: "group", parent: root, leads: true, from, rows: [["name", title], ["quiet", number]] });
    add(node, found);
    return node;
  };
  const groups = {};
  const grouped = tried(async () => {
    const [alone, left] = await Promise.all([group("alone", "No manager, no reports"), group("left", "Managers who have left")]);
    Object.assign(groups, { alone, left });
    root.groups = [alone, left].filter(Boolean);
    draw();
    if (!root.children.length && root.groups.length) toggle(root.groups[0]);
  });

  // Whoever comes back from a person's page finds them in the chart again.
  const remember = (id) => {
    const here = new URL(window.location.href);
    here.searchParams.set("person", id);
    window.history.replaceState(null, "", here);
  };

  // Opens the way from the top down to a person, and shows them in the middle; false when they are not in the chart.
  chart.show = async (id) => {
    const [found] = await Promise.all([ask(`${address}/${part(id)}/way.json`), grouped]);
    if (!found.way.length) return false;
    let above = groups[found.kind] || root;
    way = found.way.map((person) => {
      const node = child(above, person) || card(person, above);
      if (!above.known.has(person.id)) above.apart.set(person.id, node);
      [node.above, above] = [above, node];
      return node;
    });
    const opened = way.map((node) => node.above);
    await Promise.all(opened.map(filled));
    for (const node of opened) node.open = true;
    draw();
    const person = way[way.length - 1];
    select(person, { focus: true });
    view.centre(person);
    remember(id);
    say(`${person.rows[0][1]}, ${way.length - 1} above them`);
    return true;
  };
  Object.assign(chart, { tell, tried });

  svg.addEventListener("click", (event) => {
    const drawn = event.target.closest(".card");
    if (!drawn || event.detail > 1) return; // whoever clicks twice means to open it
    const node = chart.nodeOf(drawn);
    if (event.target.closest("a")) { remember(node.person.entra_id); return; }
    select(node, { focus: true });
    act(node);
  });
  svg.addEventListener("focusin", (event) => { select(chart.nodeOf(event.target.closest(".card"))); });

  const first = (node) => chart.inside(node)[0];
  const beside = (step) => order[order.indexOf(current) + step];
  const keys = {
    ArrowDown: () => beside(1),
    ArrowUp: () => beside(-1),
    ArrowRight: () => (current.open ? first(current) : current.leads && act(current)),
    ArrowLeft: () => (current.open ? act(current) : current.parent !== root && current.parent),
    Home: () => order[0],
    End: () => order[order.length - 1],
    Enter: () => act(current),
    " ": () => act(current),
    "+": () => view.pressed.in(),
    "=": () => view.pressed.in(),
    "-": () => view.pressed.out(),
    0: () => view.pressed[100](),
  };
  svg.addEventListener("keydown", (event) => {
    const pressed = keys[event.key];
    if (!pressed || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("a") && ["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    const to = pressed();
    if (to && to.drawn) { select(to, { focus: true }); view.reveal(to); }
  });
  for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => view.pressed[button.dataset.zoom]());

  add(root, JSON.parse(area.dataset.first));
  draw();
  let wide = area.clientWidth;
  new ResizeObserver(() => {
    if ((wide < NARROW) !== (area.clientWidth < NARROW)) draw();
    wide = area.clientWidth;
  }).observe(area);
  const { person } = area.dataset;
  if (person) tried(async () => { if (!await chart.show(person)) tell("This person is not in the chart: they are not synced, or have left."); });
  else if (first(root)) toggle(first(root));
})();
