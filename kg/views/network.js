/* The graph of one page: draws what pyvis built, filters it, and shows the evidence of what is chosen.
   A classic script without requests: browsers refuse modules and fetch for pages opened from disk. */
(function () {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const graph = JSON.parse(byId("graph").textContent);
  const nodes = graph.nodes, edges = graph.edges;
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  const edgeOf = new Map(edges.map((edge) => [edge.id, edge]));
  const byKey = new Map(nodes.map((node) => [node.key, node.id]));
  const around = new Map(nodes.map((node) => [node.id, []]));
  edges.forEach((edge, place) => {
    edge.place = place;
    around.get(edge.from).push(edge);
    if (edge.to !== edge.from) around.get(edge.to).push(edge);
  });
  const byRank = nodes.slice().sort((a, b) => around.get(b.id).length - around.get(a.id).length);
  const embedded = window.self !== window.top;
  document.documentElement.classList.toggle("embedded", embedded);

  // ---- what is asked for ------------------------------------------------------------------------------
  // `quiet`: what the page is about is chosen when it opens, and nothing fades yet.
  const state = { chosen: "", hovered: "", quiet: false, off: { kind: new Set(), level: new Set(), reading: new Set(), stance: new Set() } };
  const shownNodes = new Set(), shownEdges = new Set();

  const checked = (id) => Boolean(byId(id) && byId(id).checked);
  const year = (id, fallback) => (byId(id) ? Number(byId(id).value) : fallback);

  function evidenceFits(place) {
    const { level, reading, stance } = graph.facets, off = state.off;
    return graph.evidence[place].some(([l, r, s]) =>
      !off.level.has(level[l]) && !off.reading.has(reading[r]) && !off.stance.has(stance[s]));
  }

  function near(id) {
    const kept = new Set();
    const ends = edgeOf.has(id) ? [edgeOf.get(id).from, edgeOf.get(id).to] : [id];
    ends.forEach((end) => { kept.add(end); around.get(end).forEach((edge) => { kept.add(edge.from); kept.add(edge.to); }); });
    return kept;
  }

  function filter() {
    const from = year("from", -Infinity), to = year("to", Infinity);
    const undated = byId("undated") ? checked("undated") : true, noContested = checked("hide-contested");
    const kept = checked("near") && state.chosen ? near(state.chosen) : null;
    shownNodes.clear(); shownEdges.clear();
    const allowed = new Set();
    nodes.forEach((node) => {
      if (state.off.kind.has(node.kind) || (node.year !== undefined && node.year > to) || (kept && !kept.has(node.id))) return;
      allowed.add(node.id);
      if (!around.get(node.id).length || node.id === state.chosen) shownNodes.add(node.id);
    });
    edges.forEach((edge) => {
      const inTime = edge.year === undefined ? undated : edge.year >= from && edge.year <= to;
      if (!inTime || (noContested && edge.contested) || !allowed.has(edge.from) || !allowed.has(edge.to) || !evidenceFits(edge.place)) return;
      shownEdges.add(edge.id);
      shownNodes.add(edge.from); shownNodes.add(edge.to);
    });
    // A node whose neighbors are all of a kind that is off stays; one whose claims are all filtered out goes.
    if (!kept) nodes.forEach((node) => {
      if (!allowed.has(node.id) || shownNodes.has(node.id)) return;
      const lost = around.get(node.id).every((edge) => !(allowed.has(edge.from) && allowed.has(edge.to)));
      if (lost) shownNodes.add(node.id);
    });
    edges.forEach((edge) => { byId(edge.id).hidden = !shownEdges.has(edge.id); });
    nodes.forEach((node) => { byId(node.id).hidden = !shownNodes.has(node.id); });
    const all = shownNodes.size === nodes.length && shownEdges.size === edges.length;
    byId("status").textContent = all
      ? `${nodes.length} nodes, ${edges.length} edges`
      : `shows ${shownNodes.size} of ${nodes.length} nodes, ${shownEdges.size} of ${edges.length} edges`;
    paint();
    list();
  }

  // ---- the picture ------------------------------------------------------------------------------------
  let theme = {};
  function readTheme() {
    const style = getComputedStyle(document.documentElement);
    ["ground", "ink", "soft", "edge", "contested", "outline", "focus"].forEach((name) => {
      theme[name] = style.getPropertyValue(`--${name}`).trim();
    });
    theme.font = getComputedStyle(document.body).fontFamily;
  }
  readTheme();

  // Wide pictures are turned on their side on a high screen.
  const spread = (axis) => Math.max(...nodes.map((node) => node[axis])) - Math.min(...nodes.map((node) => node[axis]));
  const stage = byId("canvas");
  if (stage.clientHeight > stage.clientWidth && spread("x") > spread("y")) nodes.forEach((node) => { [node.x, node.y] = [node.y, node.x]; });
  // ... and wide or high ones pulled to the shape of the screen, within limits.
  const pull = (stage.clientHeight - 88) / (stage.clientWidth - 180) / (spread("y") / spread("x"));
  if (nodes.length > 2 && pull > 0 && isFinite(pull)) nodes.forEach((node) => {
    if (pull > 1) node.y *= Math.min(pull, 1.6); else node.x *= Math.min(1 / pull, 1.6);
  });
  edges.forEach((edge) => {
    const from = nodeOf.get(edge.from), to = nodeOf.get(edge.to);
    edge.length = Math.hypot(from.x - to.x, from.y - to.y) || 1;
  });

  // How far the picture is zoomed out when it fits: lines and dashes are made stronger by it.
  const expected = Math.min(1, stage.clientWidth / (spread("x") || 1), stage.clientHeight / (spread("y") || 1));
  edges.forEach((edge) => { edge.width *= Math.min(2.5, Math.max(1, 0.5 / expected)); });

  let outlined = nodes.length <= 300; // tiny marks would be all outline
  const last = new Map();
  const changed = (look) => {
    const text = JSON.stringify(look);
    if (last.get(look.id) === text) return false;
    last.set(look.id, text);
    return true;
  };

  function lookOfNode(node, lit) {
    const strong = node.id === state.chosen;
    const color = { background: node.color, border: strong ? theme.focus : theme.outline };
    return {
      id: node.id, hidden: !shownNodes.has(node.id), opacity: lit && !lit.has(node.id) ? 0.14 : 1,
      borderWidth: strong ? 4 : outlined ? 1 : 0, color: { ...color, highlight: color, hover: color },
    };
  }

  function lookOfEdge(edge, lit) {
    const shade = edge.contested ? theme.contested : theme.edge;
    const strong = edge.id === state.chosen || (lit && (edge.from === state.chosen || edge.to === state.chosen));
    // In a crowd, the longer an edge the fainter: what is near stays readable.
    const faint = edges.length > 120 ? Math.min(0.8, Math.max(edge.contested ? 0.3 : edges.length > 800 ? 0.1 : 0.2, 130 / edge.length)) : edge.contested ? 0.9 : 1;
    const color = strong && !edge.contested ? theme.ink : shade;
    return {
      id: edge.id, hidden: !shownEdges.has(edge.id), width: strong ? edge.width + 1.5 : edge.width,
      color: { color, highlight: color, hover: color, inherit: false, opacity: strong ? 1 : lit ? Math.min(faint, 0.1) : faint },
    };
  }

  function litNodes() {
    const edge = edgeOf.get(state.chosen);
    return !state.chosen || state.quiet ? null : edge ? new Set([edge.from, edge.to]) : near(state.chosen);
  }
  const looks = () => {
    const lit = litNodes();
    return { lit, nodes: nodes.map((node) => lookOfNode(node, lit)), edges: edges.map((edge) => lookOfEdge(edge, lit)) };
  };

  nodes.forEach((node) => { if (!state.off.kind.has(node.kind)) shownNodes.add(node.id); });
  edges.forEach((edge) => shownEdges.add(edge.id));
  // Labels are drawn by us, so vis-network gets none: its own cover each other and do not thin out.
  const first = looks();
  first.nodes.forEach(changed); first.edges.forEach(changed);
  const visNodes = new vis.DataSet(nodes.map((node, place) => ({ shape: node.shape, size: node.size, x: node.x, y: node.y, ...first.nodes[place] })));
  const visEdges = new vis.DataSet(edges.map((edge, place) => {
    const drawn = { from: edge.from, to: edge.to, ...first.edges[place] };
    if (edge.dashes) drawn.dashes = edge.dashes.map((part) => part * Math.max(1, 0.8 / expected));
    if (edge.smooth) drawn.smooth = edge.smooth;
    return drawn;
  }));
  const network = new vis.Network(byId("canvas"), { nodes: visNodes, edges: visEdges }, graph.options);
  const frame = byId("canvas").querySelector(".vis-network");
  frame.setAttribute("role", "application");
  frame.setAttribute("aria-label", `Graph of ${nodes.length} nodes and ${edges.length} edges. Arrow keys move it. The same edges stand in a table below.`);

  function paint() {
    const look = looks();
    visNodes.update(look.nodes.filter(changed));
    visEdges.update(look.edges.filter(changed));
    network.redraw();
  }

  let touched = false;
  function fit() {
    const ids = nodes.filter((node) => shownNodes.has(node.id)).map((node) => node.id);
    if (!ids.length) return;
    const places = Object.values(network.getPositions(ids)), reach = (axis, pick) => pick(...places.map((place) => place[axis]));
    const box = { left: reach("x", Math.min), right: reach("x", Math.max), top: reach("y", Math.min), bottom: reach("y", Math.max) };
    const side = Math.min(90, stage.clientWidth * 0.13), edge = 44; // room for labels
    const scale = Math.min(1.5, (stage.clientWidth - 2 * side) / Math.max(box.right - box.left, 1), (stage.clientHeight - 2 * edge) / Math.max(box.bottom - box.top, 1));
    network.moveTo({ position: { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 }, scale: Math.max(scale, 0.01), animation: false });
    rescale();
  }

  function rescale() {
    const wanted = nodes.length <= 300 || network.getScale() > 0.4;
    if (wanted !== outlined) { outlined = wanted; paint(); }
  }
  network.on("zoom", rescale);

  // ---- labels: the important ones first, none over another -------------------------------------------
  const widths = new Map();
  function widthOf(ctx, text) {
    const key = ctx.font + text;
    if (!widths.has(key)) widths.set(key, ctx.measureText(text).width);
    return widths.get(key);
  }
  const short = (text, most) => (text.length > most ? text.slice(0, most - 1).trimEnd() + "…" : text);

  network.on("afterDrawing", (ctx) => {
    const ratio = ctx.canvas.width / ctx.canvas.clientWidth, scale = network.getScale();
    const wide = ctx.canvas.clientWidth, high = ctx.canvas.clientHeight;
    ctx.save();
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.textBaseline = "middle"; ctx.lineJoin = "round";
    const where = network.getPositions();
    const taken = new Map(), CELL = 48;
    const cells = (box, act) => {
      for (let x = Math.floor(box[0] / CELL); x <= Math.floor(box[2] / CELL); x++)
        for (let y = Math.floor(box[1] / CELL); y <= Math.floor(box[3] / CELL); y++)
          if (act(`${x},${y}`)) return true;
      return false;
    };
    const free = (box, owner) => !cells(box, (cell) => (taken.get(cell) || []).some((other) =>
      other[4] !== owner && box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]));
    const take = (box, owner) => { box[4] = owner; cells(box, (cell) => { if (!taken.has(cell)) taken.set(cell, []); taken.get(cell).push(box); }); };
    const spot = (id) => network.canvasToDOM(where[id]);
    const write = (text, x, y, color) => {
      ctx.strokeStyle = theme.ground; ctx.lineWidth = 3.5; ctx.strokeText(text, x, y);
      ctx.fillStyle = color; ctx.fillText(text, x, y);
    };
    const bodies = nodes.filter((node) => shownNodes.has(node.id)).length <= 350;
    if (bodies) nodes.forEach((node) => {
      if (!shownNodes.has(node.id)) return;
      const at = spot(node.id), r = node.size * scale * 0.8;
      take([at.x - r, at.y - r, at.x + r, at.y + r], node.id);
    });
    const lit = litNodes();
    const weight = (node) => (node.id === state.hovered ? 3 : node.id === state.chosen ? 2 : lit && lit.has(node.id) ? 1 : 0);
    const order = state.chosen || state.hovered ? byRank.slice().sort((a, b) => weight(b) - weight(a)) : byRank;
    let room = Math.max(12, Math.floor(wide * high / (bodies ? 3500 : 10000)));
    order.forEach((node) => {
      if (!shownNodes.has(node.id)) return;
      const heavy = weight(node);
      if (lit && !heavy) return;
      if (!heavy && room <= 0) return;
      const at = spot(node.id), r = node.size * scale;
      if (at.x < -40 || at.y < -20 || at.x > wide + 40 || at.y > high + 20) return;
      ctx.font = `${heavy > 1 ? "600 " : ""}${around.get(node.id).length > 8 ? 13 : 12}px ${theme.font}`;
      const text = short(node.label, heavy > 1 ? 60 : 26), w = widthOf(ctx, text), h = 14, gap = r + 4;
      const places = [
        [at.x - w / 2, at.y + gap + h / 2], [at.x + gap, at.y], [at.x - gap - w, at.y], [at.x - w / 2, at.y - gap - h / 2],
      ];
      for (const [x, y] of places) {
        const box = [x - 2, y - h / 2, x + w + 2, y + h / 2];
        if (heavy < 2 && (box[0] < 0 || box[2] > wide || !free(box, node.id))) continue;
        take(box, "label");
        ctx.textAlign = "left";
        write(text, x, y, theme.ink);
        room -= 1;
        break;
      }
    });
    const few = shownEdges.size <= 70;
    ctx.textAlign = "center";
    edges.forEach((edge) => {
      if (!shownEdges.has(edge.id)) return;
      const heavy = edge.id === state.chosen || edge.id === state.hovered;
      const beside = lit && (edge.from === state.chosen || edge.to === state.chosen);
      if (!heavy && (lit ? !beside : !few)) return;
      const drawn = network.body.edges[edge.id];
      if (!drawn || !drawn.connected || !drawn.edgeType.getPoint) return;
      const middle = network.canvasToDOM(drawn.edgeType.getPoint(0.5));
      ctx.font = `${heavy ? "600 12" : "11"}px ${theme.font}`;
      const text = short(edge.label, 30), w = widthOf(ctx, text);
      const box = [middle.x - w / 2 - 2, middle.y - 7, middle.x + w / 2 + 2, middle.y + 7];
      if (!heavy && !free(box, "")) return;
      take(box, "label");
      write(text, middle.x, middle.y, edge.contested ? theme.contested : heavy ? theme.ink : theme.soft);
    });
    ctx.restore();
  });

  // ---- the evidence panel -----------------------------------------------------------------------------
  const panel = byId("panel"), empty = panel.cloneNode(true).childNodes;
  function make(tag, text, name) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  }
  function named(text) { return make("bdi", text); }
  function markOf(kind) {
    const box = Array.from(document.querySelectorAll('input[data-facet="kind"]')).find((input) => input.value === kind);
    return box ? box.parentElement.querySelector(".mark").cloneNode(true) : make("span");
  }

  function step(edge, here) {
    const line = make("li"), button = make("button");
    button.type = "button";
    const out = edge.from === here, other = nodeOf.get(out ? edge.to : edge.from);
    const label = named(other.label);
    label.className = "to";
    button.append(out ? `${edge.label} ` : "", label, out ? "" : ` ${edge.label} this`, edge.contested ? " (contested)" : "");
    button.addEventListener("click", () => choose(edge.id));
    line.append(button);
    return line;
  }

  function steps(title, found, here) {
    if (!found.length) return;
    panel.append(make("h3", `${title} (${found.length})`));
    const lines = make("ul", undefined, "steps");
    found.slice(0, 40).forEach((edge) => lines.append(step(edge, here)));
    panel.append(lines);
    if (found.length > 40) {
      const more = make("button", `Show all ${found.length}`);
      more.type = "button";
      more.addEventListener("click", () => { found.slice(40).forEach((edge) => lines.append(step(edge, here))); more.remove(); });
      panel.append(more);
    }
  }

  function showNode(node) {
    const row = byId(node.id), link = row.cells[0].querySelector("a"), known = row.cells[3].querySelector("dl");
    const heading = make("h2"); heading.append(named(node.label));
    const kind = make("p", undefined, "kind"); kind.append(markOf(node.kind), `${node.kind} · `, make("code", node.key));
    panel.append(heading, kind);
    if (link) { const way = link.cloneNode(false); way.textContent = "Open its page"; const line = make("p"); line.append(way); panel.append(line); }
    if (known) panel.append(known.cloneNode(true));
    const mine = around.get(node.id).filter((edge) => shownEdges.has(edge.id));
    steps("From here", mine.filter((edge) => edge.from === node.id), node.id);
    steps("To here", mine.filter((edge) => edge.from !== node.id), node.id);
    const hidden = around.get(node.id).length - mine.length;
    if (hidden) panel.append(make("p", `${hidden} more edges are filtered out.`, "hint"));
  }

  function showEdge(edge) {
    const row = byId(edge.id), from = nodeOf.get(edge.from), to = nodeOf.get(edge.to);
    const heading = make("h2"); heading.append(named(from.label), ` ${edge.label} `, named(to.label));
    panel.append(heading);
    const facts = make("dl");
    const fact = (name, value) => { if (value) { facts.append(make("dt", name), make("dd", value)); } };
    fact("support", row.cells[3].textContent.trim()); fact("year", edge.year); fact("claim", graph.claims[edge.place]);
    if (facts.children.length) panel.append(facts);
    if (edge.contested) panel.append(make("p", "Contested: sources stand on both sides.", "warning"));
    const sources = row.cells[5].querySelector("ul");
    panel.append(make("h3", sources ? `Evidence (${sources.children.length})` : "No source listed"));
    if (sources) { const copy = sources.cloneNode(true); copy.className = "evidence"; panel.append(copy); }
    panel.append(make("h3", "Between"));
    const ends = make("ul", undefined, "steps");
    [from, to].forEach((node) => {
      const line = make("li"), button = make("button");
      button.type = "button"; button.append(markOf(node.kind), " ", named(node.label));
      button.addEventListener("click", () => choose(node.id));
      line.append(button); ends.append(line);
    });
    panel.append(ends);
  }

  function show() {
    panel.replaceChildren();
    if (!state.chosen) { panel.append(...Array.from(empty, (child) => child.cloneNode(true))); return; }
    const close = make("button", "×", "close");
    close.type = "button"; close.setAttribute("aria-label", "Choose nothing");
    close.addEventListener("click", () => choose(""));
    panel.append(close);
    if (nodeOf.has(state.chosen)) showNode(nodeOf.get(state.chosen)); else showEdge(edgeOf.get(state.chosen));
    panel.scrollTop = 0;
  }

  function choose(id, move, quiet) {
    if (id && !nodeOf.has(id) && !edgeOf.has(id)) return;
    state.chosen = id;
    state.quiet = Boolean(quiet);
    network.unselectAll();
    if (nodeOf.has(id)) network.selectNodes([id], false);
    filter();
    show();
    if (move && nodeOf.has(id)) {
      network.focus(id, { scale: Math.max(network.getScale(), 0.75), animation: false });
      touched = true;
    }
    if (!quiet) remember();
  }

  // ---- the list of nodes: search, suggestions, keyboard -----------------------------------------------
  const search = byId("search"), options = byId("node-list"), LIMIT = 150;
  const texts = new Map(nodes.map((node) => {
    const known = byId(node.id).cells[3];
    return [node.id, `${node.label} ${node.key} ${known.textContent}`.toLowerCase()];
  }));
  const byName = nodes.slice().sort((a, b) => a.label.localeCompare(b.label, "en"));
  let active = -1, offered = [];

  function list() {
    const words = search.value.trim().toLowerCase();
    offered = byName.filter((node) => !words || texts.get(node.id).includes(words));
    if (words) {
      const rank = (node) => { const label = node.label.toLowerCase(); return label === words ? 0 : label.startsWith(words) ? 1 : label.includes(words) ? 2 : 3; };
      offered.sort((a, b) => rank(a) - rank(b));
    }
    const total = offered.length;
    offered = offered.slice(0, LIMIT);
    options.replaceChildren(...offered.map((node, place) => {
      const option = make("li"); option.id = `option-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.append(markOf(node.kind), named(node.label));
      if (!shownNodes.has(node.id)) option.className = "off";
      option.addEventListener("click", () => pick(place));
      return option;
    }));
    byId("more").textContent = total > LIMIT ? `${LIMIT} of ${total}; type to narrow` : total ? "" : "Nothing of that name here";
    const place = offered.findIndex((node) => node.id === state.chosen);
    activate(words && document.activeElement === search && total ? 0 : place, false);
  }

  function activate(place, scroll) {
    Array.from(options.children).forEach((option, number) => option.setAttribute("aria-selected", String(number === place)));
    active = place;
    [search, options].forEach((element) => {
      if (place >= 0) element.setAttribute("aria-activedescendant", `option-${place}`); else element.removeAttribute("aria-activedescendant");
    });
    if (scroll && place >= 0) options.children[place].scrollIntoView({ block: "nearest" });
  }

  function pick(place) {
    const node = offered[place];
    if (!node) return;
    const box = Array.from(document.querySelectorAll('input[data-facet="kind"]')).find((input) => input.value === node.kind);
    if (box && !box.checked) { box.checked = true; state.off.kind.delete(node.kind); }
    choose(node.id, true);
  }

  function keys(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in moves) {
      event.preventDefault();
      activate(Math.min(Math.max(active + moves[event.key], 0), offered.length - 1), true);
    } else if (event.key === "Enter") {
      event.preventDefault();
      pick(Math.max(active, 0));
    } else if (event.key === "Escape") {
      if (search.value) { search.value = ""; list(); } else choose("");
    }
  }
  search.addEventListener("input", list);
  search.addEventListener("keydown", keys);
  options.addEventListener("keydown", keys);
  options.addEventListener("focus", () => { if (active < 0 && offered.length) activate(0, true); });

  // ---- filters, buttons, mouse ------------------------------------------------------------------------
  const boxes = Array.from(document.querySelectorAll("input[data-facet]"));
  boxes.forEach((box) => box.addEventListener("change", () => {
    state.off[box.dataset.facet][box.checked ? "delete" : "add"](box.value);
    filter(); show(); remember();
  }));
  ["undated", "hide-contested", "near"].forEach((id) => {
    if (byId(id)) byId(id).addEventListener("change", () => { filter(); show(); if (id === "near") fit(); remember(); });
  });
  ["from", "to"].forEach((id) => {
    const range = byId(id);
    if (range) range.addEventListener("input", () => {
      if (Number(byId("from").value) > Number(byId("to").value)) byId(id === "from" ? "to" : "from").value = range.value;
      years(); filter(); show(); remember();
    });
  });
  function years() { ["from", "to"].forEach((id) => { if (byId(id)) byId(`${id}-year`).textContent = byId(id).value; }); }
  byId("physics").addEventListener("change", (event) => network.setOptions({ physics: { enabled: event.target.checked } }));
  byId("zoom-in").addEventListener("click", () => { touched = true; network.moveTo({ scale: network.getScale() * 1.4 }); });
  byId("zoom-out").addEventListener("click", () => { touched = true; network.moveTo({ scale: network.getScale() / 1.4 }); });
  byId("fit").addEventListener("click", fit);
  byId("reset").addEventListener("click", () => {
    boxes.forEach((box) => { box.checked = true; });
    Object.values(state.off).forEach((set) => set.clear());
    ["hide-contested", "near", "physics"].forEach((id) => { byId(id).checked = false; });
    if (byId("undated")) byId("undated").checked = true;
    if (byId("from")) { byId("from").value = byId("from").min; byId("to").value = byId("to").max; years(); }
    search.value = "";
    network.setOptions({ physics: { enabled: false } });
    const moved = ({ id, x, y }) => { const place = network.getPosition(id); return Math.abs(place.x - x) + Math.abs(place.y - y) > 1; };
    visNodes.update(nodes.filter(moved).map(({ id, x, y }) => ({ id, x, y })));
    choose(""); fit();
  });
  byId("save").addEventListener("click", () => {
    const drawn = byId("canvas").querySelector("canvas"), copy = document.createElement("canvas");
    copy.width = drawn.width; copy.height = drawn.height;
    const ctx = copy.getContext("2d");
    ctx.fillStyle = theme.ground; ctx.fillRect(0, 0, copy.width, copy.height); ctx.drawImage(drawn, 0, 0);
    const link = make("a");
    link.download = `${graph.title.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "") || "graph"}.png`;
    link.href = copy.toDataURL("image/png");
    link.click();
  });
  network.on("click", (event) => choose(event.nodes[0] || event.edges[0] || ""));
  network.on("doubleClick", (event) => { if (event.nodes[0]) choose(event.nodes[0], true); });
  const hover = (id) => { state.hovered = id; frame.style.cursor = id ? "pointer" : ""; };
  network.on("hoverNode", (event) => hover(event.node));
  network.on("hoverEdge", (event) => hover(event.edge));
  ["blurNode", "blurEdge"].forEach((name) => network.on(name, () => hover("")));
  ["dragStart", "zoom"].forEach((name) => network.on(name, () => { touched = true; }));
  network.on("resize", () => { if (!touched) window.setTimeout(fit, 0); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readTheme(); paint(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href]");
    if (!link || link.download || link.getAttribute("href").startsWith("#")) return;
    if (/^https?:/i.test(link.getAttribute("href"))) { link.target = "_blank"; link.rel = "noopener noreferrer"; }
    else if (embedded) link.target = "_top";
  }, true);

  // ---- the address restores the view ------------------------------------------------------------------
  let written = location.hash;
  function remember() {
    const parts = [], add = (name, value) => parts.push(`${name}=${encodeURIComponent(value)}`);
    if (nodeOf.has(state.chosen)) add("node", nodeOf.get(state.chosen).key);
    if (edgeOf.has(state.chosen)) add("edge", edgeOf.get(state.chosen).place);
    Object.entries(state.off).forEach(([facet, values]) => values.forEach((value) => add(`no-${facet}`, value)));
    if (byId("from") && byId("from").value !== byId("from").min) add("from", byId("from").value);
    if (byId("to") && byId("to").value !== byId("to").max) add("to", byId("to").value);
    if (byId("undated") && !checked("undated")) add("undated", "no");
    if (checked("hide-contested")) add("contested", "no");
    if (checked("near")) add("near", "yes");
    written = parts.length ? "#" + parts.join("&") : "";
    try { history.replaceState(null, "", written || location.pathname + location.search); } catch (error) { /* not for every address */ }
  }
  function recall() {
    const asked = new URLSearchParams(location.hash.slice(1));
    Object.values(state.off).forEach((set) => set.clear());
    Object.keys(state.off).forEach((facet) => asked.getAll(`no-${facet}`).forEach((value) => state.off[facet].add(value)));
    boxes.forEach((box) => { box.checked = !state.off[box.dataset.facet].has(box.value); });
    if (byId("from")) { byId("from").value = asked.get("from") || byId("from").min; byId("to").value = asked.get("to") || byId("to").max; years(); }
    if (byId("undated")) byId("undated").checked = asked.get("undated") !== "no";
    byId("hide-contested").checked = asked.get("contested") === "no";
    byId("near").checked = asked.get("near") === "yes";
    const edge = asked.get("edge"), node = asked.get("node");
    choose(edge !== null && edgeOf.has(`e${edge}`) ? `e${edge}` : node !== null && byKey.has(node) ? byKey.get(node) : "");
  }
  window.addEventListener("hashchange", () => {
    if (location.hash === written || location.hash === "#as-table") return;
    recall();
    window.scrollTo(0, 0);
  });

  if (location.hash && location.hash !== "#as-table") recall(); else choose(graph.center, false, true);
  fit();
  if (location.hash === "#as-table") byId("edges-details").open = true;
  if (window.innerWidth < 860) document.querySelector(".filters").open = false;
  if (!window.navigator.webdriver) return;
  window.kgGraph = { network, state, shownNodes, shownEdges, choose }; // for the browser tests
})();
