// Where each open card of the org chart goes. Where there is room, a manager's reports stand in a column to the right of the
// manager; in a narrow area they stand below, indented. One pass over what is open; what is closed costs nothing.
"use strict";
(() => {
  const WIDTH = 252, HEAD = 23, ROW = 17, FOOT = 12; // of a card: its first line of text, each further one, below the last
  const ACROSS = 48, INDENT = 22; // to the next column; of the next level in a narrow area
  const BETWEEN = 10, FAMILY = 14, EDGE = 16; // gaps: of cards, after an open family, around all
  const BESIDE = 250; // no manager stands further down than this beside the first report: both are seen together
  let narrow = false;

  const inside = (node) => (node.open ? [...node.children, ...node.apart.values(), ...(node.more ? [node.more] : []), ...node.groups] : []);
  const middle = (node) => node.y + node.height / 2;

  // In the middle beside its reports, and level with the one whose line would only just miss its own.
  const beside = (node, all) => {
    const last = all[all.length - 1];
    const y = Math.min((all[0].y + last.y + last.height - node.height) / 2, all[0].y + BESIDE);
    const near = all.find((one) => Math.abs(middle(one) - y - node.height / 2) < ROW);
    return near ? middle(near) - node.height / 2 : y;
  };

  // Gives every open node x, y, height, level, place among its siblings, and the order in which a reader hears them.
  const layout = (root, isNarrow) => {
    narrow = isNarrow;
    const order = [];
    let right = 0;
    const family = (all, level, top, of) => all.reduce((y, child, n) => lay(child, level, y, n + 1, of), top);
    const lay = (node, level, top, place, of) => {
      const x = EDGE + (level - 1) * (narrow ? INDENT : WIDTH + ACROSS);
      const height = HEAD + ROW * (node.rows.length - 1) + FOOT;
      Object.assign(node, { level, place, of, height, x, y: top });
      order.push(node);
      right = Math.max(right, x + WIDTH);
      const all = inside(node);
      const below = top + height + BETWEEN;
      if (!all.length) return below;
      const bottom = family(all, level + 1, narrow ? below : top, number(node, all));
      if (!narrow) node.y = Math.max(top, beside(node, all));
      return Math.max(bottom, node.y + height + BETWEEN) + FAMILY;
    };
    const number = (node, all) => (node.more || node.groups.length ? -1 : all.length); // -1: how many is not known
    const all = inside(root);
    const bottom = family(all, 1, EDGE, number(root, all));
    return { order, width: right + EDGE, height: bottom - BETWEEN + EDGE };
  };

  // A card's line leaves it at its side, or in a narrow area below, and runs along the trunk of its family.
  const side = (node) => (narrow ? trunk(node) : node.x + WIDTH);
  const start = (node) => (narrow ? node.y + node.height : middle(node));
  const trunk = (node) => (narrow ? node.x + INDENT / 2 : node.x + WIDTH + ACROSS / 2);

  // All lines as one path.
  const lines = (order) => order.map((node) => {
    const all = inside(node);
    if (!all.length) return "";
    const [x, own, ends] = [trunk(node), start(node), all.map(middle)];
    const branches = all.map((child, n) => `M${x} ${ends[n]}H${child.x}`).join("");
    return `M${side(node)} ${own}H${x}M${x} ${Math.min(own, ends[0])}V${Math.max(own, ends[ends.length - 1])}${branches}`;
  }).join("");

  // From each card of a way to the next.
  const along = (way) => way.slice(1).map((node, n) => `M${side(way[n])} ${start(way[n])}H${trunk(way[n])}V${middle(node)}H${node.x}`).join("");

  window.syncHistory.chart = { WIDTH, HEAD, ROW, FOOT, layout, lines, along, inside };
})();
