// Zoom of the org chart. The picture lies in an area that scrolls as any other one: wheel, bars, one finger; a mouse may also
// drag it. Zoom: buttons, Ctrl and the wheel, two fingers; what is under the pointer stays there.
"use strict";
(() => {
  const LEAST = 0.08, MOST = 2.5, STEP = 1.25, MARGIN = 16;

  window.syncHistory.chart.zoomed = (area, svg, tell) => {
    let scale = 1, width = 1, height = 1;
    const behavior = () => (window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
    const sized = () => { svg.style.width = `${width * scale}px`; svg.style.height = `${height * scale}px`; };

    const to = (wanted, at) => {
      const frame = area.getBoundingClientRect();
      const { x, y } = at || { x: frame.left + area.clientWidth / 2, y: frame.top + area.clientHeight / 2 };
      const before = svg.getBoundingClientRect();
      const [across, down] = [(x - before.left) / scale, (y - before.top) / scale];
      scale = Math.min(MOST, Math.max(LEAST, wanted));
      sized();
      const after = svg.getBoundingClientRect();
      area.scrollLeft += after.left + across * scale - x;
      area.scrollTop += after.top + down * scale - y;
      tell(scale);
    };
    const fit = () => to(Math.min(1, area.clientWidth / width, area.clientHeight / height));
    const pressed = { in: () => to(scale * STEP), out: () => to(scale / STEP), 100: () => to(1), fit };

    const resize = (wide, high) => {
      [width, height] = [wide, high];
      svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
      sized();
    };

    // The place of a card in the area's own measures.
    const at = (node) => ({ left: node.x * scale, top: node.y * scale, right: (node.x + window.syncHistory.chart.WIDTH) * scale, bottom: (node.y + node.height) * scale });
    const centre = (node) => {
      const { left, top, right, bottom } = at(node);
      area.scrollTo({ left: (left + right - area.clientWidth) / 2, top: (top + bottom - area.clientHeight) / 2, behavior: behavior() });
    };
    // As little as shows the cards whole; the last of them before the others.
    const reveal = (...nodes) => {
      let [left, top] = [area.scrollLeft, area.scrollTop];
      for (const node of nodes) {
        const card = at(node);
        left = Math.min(card.left - MARGIN, Math.max(left, card.right + MARGIN - area.clientWidth));
        top = Math.min(card.top - MARGIN, Math.max(top, card.bottom + MARGIN - area.clientHeight));
      }
      area.scrollTo({ left, top, behavior: behavior() });
    };
    const moveBy = (down) => { area.scrollTop += down * scale; };

    area.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      to(scale * Math.exp(-Math.max(-60, Math.min(60, event.deltaY * lines)) / 180), { x: event.clientX, y: event.clientY });
    }, { passive: false });

    // Two fingers.
    let pinch = null;
    const between = ([one, other]) => ({ apart: Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY), x: (one.clientX + other.clientX) / 2, y: (one.clientY + other.clientY) / 2 });
    area.addEventListener("touchstart", (event) => { pinch = event.touches.length === 2 ? { from: scale, apart: between(event.touches).apart } : null; }, { passive: true });
    area.addEventListener("touchmove", (event) => {
      if (!pinch || event.touches.length !== 2) return;
      if (event.cancelable) event.preventDefault();
      const now = between(event.touches);
      to((pinch.from * now.apart) / pinch.apart, now);
    }, { passive: false });
    area.addEventListener("touchend", () => { pinch = null; });

    // A mouse drags; what it held is not clicked.
    let held = null, dragged = false;
    area.addEventListener("pointerdown", (event) => {
      dragged = false;
      if (event.pointerType === "mouse" && event.button === 0 && svg.contains(event.target)) held = { x: event.clientX + area.scrollLeft, y: event.clientY + area.scrollTop, left: area.scrollLeft, top: area.scrollTop };
    });
    window.addEventListener("pointermove", (event) => {
      if (!held) return;
      const [left, top] = [held.x - event.clientX, held.y - event.clientY];
      if (!dragged && Math.hypot(left - held.left, top - held.top) < 5) return;
      dragged = true;
      area.classList.add("dragged");
      area.scrollLeft = left;
      area.scrollTop = top;
    });
    window.addEventListener("pointerup", () => { held = null; area.classList.remove("dragged"); });
    area.addEventListener("click", (event) => { if (dragged) { event.preventDefault(); event.stopPropagation(); } dragged = false; }, true);
    area.addEventListener("dragstart", (event) => event.preventDefault());

    return { resize, centre, reveal, moveBy, pressed };
  };
})();
