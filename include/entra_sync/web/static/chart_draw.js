// The cards and lines of the org chart as SVG. A card is drawn once and moved afterwards. Names are text, never markup.
"use strict";
(() => {
  const chart = window.syncHistory.chart;
  const { WIDTH, HEAD, ROW, FOOT, layout, lines, along } = chart;
  const LEFT = 14, TEXT = WIDTH - LEFT - 20, LONGEST = 400;

  const make = (name, attributes = {}, ...children) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  // A text that is too long ends in an ellipsis; isolated, so that the ellipsis stands where the name's own script ends.
  const pen = document.createElement("canvas").getContext("2d");
  const letters = window.Intl && Intl.Segmenter ? new Intl.Segmenter() : null;
  const split = (text) => (letters ? Array.from(letters.segment(text), (one) => one.segment) : Array.from(text));
  const fitted = (text, font) => {
    pen.font = font;
    const isolated = (shown) => `\u2068${shown}\u2069`;
    if (text.length <= LONGEST && pen.measureText(text).width <= TEXT) return isolated(text);
    const parts = split(text.slice(0, LONGEST));
    let [fits, fails] = [0, parts.length + 1];
    while (fails - fits > 1) {
      const middle = (fits + fails) >> 1;
      if (pen.measureText(`${parts.slice(0, middle).join("").trimEnd()}…`).width <= TEXT) fits = middle; else fails = middle;
    }
    return isolated(`${parts.slice(0, fits).join("").trimEnd()}…`);
  };

  // The fonts are the sheet's: asked of a text of each kind, once.
  const fonts = {};
  const font = (svg, kind) => {
    if (!fonts[kind]) {
      const sample = make("text", { class: kind });
      svg.append(sample);
      fonts[kind] = getComputedStyle(sample).font;
      sample.remove();
    }
    return fonts[kind];
  };

  const card = (svg, node) => {
    const drawn = make("g", { class: `card ${node.kind}${node.warns ? " warns" : ""}`, role: "treeitem", tabindex: "-1", "aria-label": node.rows.map(([, text]) => text).join(", ") });
    const tall = HEAD + ROW * (node.rows.length - 1) + FOOT;
    const tip = make("title");
    tip.textContent = node.rows.map(([, text]) => text).join("\n");
    drawn.append(tip, make("rect", { class: "box", width: WIDTH, height: tall, rx: 8 }));
    node.rows.forEach(([kind, text], n) => {
      const line = make("text", { class: kind, x: LEFT, y: HEAD + n * ROW });
      line.textContent = fitted(text, font(svg, kind));
      if (n === 0 && node.link) {
        node.name = make("a", { href: node.link, tabindex: "-1", "aria-label": text }, line);
        drawn.append(node.name);
      } else {
        drawn.append(line);
      }
    });
    if (node.leads) drawn.append(make("g", { class: "toggle", transform: `translate(${WIDTH} ${tall / 2})` }, make("circle", { r: 11 }), make("path", { d: "M-2.5 -4.5L2.5 0L-2.5 4.5" })));
    return drawn;
  };

  const placed = (node, found) => {
    const { drawn } = node;
    drawn.setAttribute("transform", `translate(${node.x} ${node.y})`);
    drawn.setAttribute("aria-level", node.level);
    drawn.setAttribute("aria-posinset", node.place);
    drawn.setAttribute("aria-setsize", node.of);
    if (node.leads) drawn.setAttribute("aria-expanded", String(node.open));
    drawn.classList.toggle("open", node.open);
    drawn.classList.toggle("found", node === found);
  };

  // Draw what is open below ``root``: gives {order, width, height}. ``way``: nodes from the top down to a found one.
  chart.draw = (svg, root, { way, narrow }) => {
    if (!svg.firstChild) svg.append(make("path", { class: "lines" }), make("path", { class: "way" }), make("g", { class: "cards" }));
    const [all, marked, cards] = svg.children;
    const made = layout(root, narrow);
    svg.classList.toggle("narrow", narrow);
    const shown = new Set(made.order);
    for (const drawn of Array.from(cards.children)) if (!shown.has(chart.nodeOf(drawn))) drawn.remove();
    let next = cards.firstChild;
    for (const node of made.order) {
      if (!node.drawn) { node.drawn = card(svg, node); nodes.set(node.drawn, node); }
      if (node.drawn === next) next = next.nextSibling; else cards.insertBefore(node.drawn, next);
      placed(node, way[way.length - 1]);
    }
    all.setAttribute("d", lines(made.order));
    marked.setAttribute("d", way.every((node) => shown.has(node)) ? along(way) : "");
    return made;
  };
  const nodes = new WeakMap();
  chart.nodeOf = (drawn) => nodes.get(drawn);
})();
