/* The picture of a graph: draws what pyvis built, with labels that never cover each other. Above some 1,200 nodes it
   draws clusters, which open on demand. A classic script without requests: browsers refuse modules and fetch for pages
   opened from disk. What the three scripts of a page share stands in `kgPage`. */
(function () {
  "use strict";

  const kg = (window.kgPage = {});
  const byId = (kg.byId = (id) => document.getElementById(id));
  const graph = (kg.graph = JSON.parse(byId("graph").textContent));
  const nodes = (kg.nodes = graph.nodes), edges = (kg.edges = graph.edges);
  nodes.forEach((node) => Object.assign(node, graph.styles[node.kind], { brief: node.label }));
  edges.forEach((edge, place) => { edge.label = graph.labels[edge.label]; edge.id = `e${place}`; edge.place = place; edge.brief = edge.label.replace(/ \(.*\)$/, ""); });
  const nodeOf = (kg.nodeOf = new Map(nodes.map((node) => [node.id, node])));
  const edgeOf = (kg.edgeOf = new Map(edges.map((edge) => [edge.id, edge])));
  const around = (kg.around = new Map(nodes.map((node) => [node.id, []])));
  edges.forEach((edge) => {
    around.get(edge.from).push(edge);
    if (edge.to !== edge.from) around.get(edge.to).push(edge);
  });
  // Where an arm stands beside its antibody, its own part of the name is enough in the picture.
  nodes.forEach((node) => {
    const [whose, own] = node.label.split(/, (?=arm )/);
    if (own && around.get(node.id).some((edge) => [edge.from, edge.to].some((end) => nodeOf.get(end).label === whose))) node.brief = own;
  });
  const short = (text, longest) => (text.length > longest ? text.slice(0, longest - 1).trimEnd() + "…" : text);
  kg.narrow = () => window.innerWidth <= 860; // as the style sheet says: all in one column, evidence over the picture
  kg.embedded = window.self !== window.top;
  document.documentElement.classList.toggle("embedded", kg.embedded);

  // ---- what is asked for ------------------------------------------------------------------------------
  // `quiet`: what the page is about is chosen when it opens, and nothing fades yet. `roots`: only these and their
  // neighbors are shown. `open`: the clusters that show their nodes.
  const state = (kg.state = {
    chosen: "", hovered: "", quiet: false, tumor: -1, roots: [], open: new Set(),
    off: { kind: new Set(), level: new Set(), reading: new Set(), stance: new Set() },
  });
  const shownNodes = (kg.shownNodes = new Set(nodes.map((node) => node.id)));
  const shownEdges = (kg.shownEdges = new Set(edges.map((edge) => edge.id)));

  kg.near = (id) => {
    const kept = new Set();
    const ends = edgeOf.has(id) ? [edgeOf.get(id).from, edgeOf.get(id).to] : nodeOf.has(id) ? [id] : [];
    ends.forEach((end) => { kept.add(end); around.get(end).forEach((edge) => { kept.add(edge.from); kept.add(edge.to); }); });
    return kept;
  };

  // ---- colors -----------------------------------------------------------------------------------------
  const theme = {};
  kg.readTheme = () => {
    const style = getComputedStyle(document.documentElement);
    ["ground", "ink", "soft", "edge", "contested", "outline", "focus"].forEach((name) => {
      theme[name] = style.getPropertyValue(`--${name}`).trim();
    });
    theme.font = getComputedStyle(document.body).fontFamily;
  };
  kg.readTheme();
  kg.theme = theme;

  // ---- places: pulled to the shape of the screen ------------------------------------------------------
  const most = (axis, pick) => nodes.reduce((found, node) => pick(found, node[axis]), pick === Math.max ? -Infinity : Infinity);
  const spread = (axis) => most(axis, Math.max) - most(axis, Math.min);
  const stage = byId("canvas"), columns = graph.columns;
  // Wide pictures are turned on their side on a high screen; columns only where there is no room for them.
  const turned = stage.clientHeight > stage.clientWidth * (columns.length ? 1.25 : 1) && spread("x") > spread("y");
  if (turned) nodes.forEach((node) => { [node.x, node.y] = [node.y, node.x]; });
  const pull = (stage.clientHeight - 88) / (stage.clientWidth - 180) / (spread("y") / spread("x"));
  if (nodes.length > 2 && pull > 0 && isFinite(pull)) {
    const limit = columns.length ? 4 : nodes.length > 70 ? 1.6 : 2.4, down = pull > 1 ? Math.min(pull, limit) : 1, across = pull > 1 ? 1 : Math.min(1 / pull, limit);
    nodes.forEach((node) => { node.y *= down; node.x *= across; });
    columns.forEach((column) => { column.x *= turned ? down : across; });
  }
  edges.forEach((edge) => {
    const from = nodeOf.get(edge.from), to = nodeOf.get(edge.to);
    edge.length = Math.hypot(from.x - to.x, from.y - to.y) || 1;
  });
  // How far the picture is zoomed out when it fits: lines, arrows and marks are made stronger by it.
  const expected = Math.min(1, stage.clientWidth / (spread("x") || 1), stage.clientHeight / (spread("y") || 1));
  const strength = Math.min(2.5, Math.max(1, 0.5 / expected)), heads = graph.options.edges.arrows.to.scaleFactor;
  if (nodes.length <= 400) nodes.forEach((node) => { node.size = Math.max(node.size, Math.min(38, node.size * Math.min(1.8, 0.55 / expected))); });

  // ---- clusters ---------------------------------------------------------------------------------------
  const groups = (kg.groups = graph.groups.map((members, number) => {
    const mean = (axis) => members.reduce((sum, id) => sum + nodeOf.get(id)[axis], 0) / members.length;
    const first = nodeOf.get(members[0]);
    members.forEach((id) => { nodeOf.get(id).group = number; });
    return {
      id: `g${number}`, number, members, x: mean("x"), y: mean("y"), kind: first.kind, size: (12 + 5 * Math.sqrt(members.length)) / Math.max(expected * 4, 0.2),
      label: members.length > 1 ? `${first.label} and ${members.length - 1} more` : first.label,
      brief: short(first.label, 20) + (members.length > 1 ? ` +${members.length - 1}` : ""),
    };
  }));
  const groupOf = (kg.groupOf = new Map(groups.map((group) => [group.id, group])));
  kg.bundles = new Map(); // lines between clusters: id -> edges
  const stands = (id) => { // what stands for a node in the picture: itself, or its cluster
    const node = nodeOf.get(id);
    return node.group === undefined || state.open.has(node.group) || state.roots.length ? id : `g${node.group}`;
  };
  kg.stands = stands;

  // ---- how things look --------------------------------------------------------------------------------
  let outlined = nodes.length <= 300; // tiny marks would be all outline
  let close = false; // seen from near, lines need no more strength
  const BUILT_IN = new Set(["dot", "square", "triangle", "triangleDown", "diamond", "star", "hexagon"]);
  const paths = new Map(Object.entries(graph.marks).map(([shape, path]) => [shape, new Path2D(path)]));
  const looked = new Map();

  function drawMark({ ctx, id, x, y }) { // what vis-network has no shape for
    const node = nodeOf.get(id), look = looked.get(id), size = node.size, part = size / 7;
    const drawNode = () => {
      ctx.save();
      ctx.globalAlpha = look.opacity;
      ctx.translate(x, y); ctx.scale(part, part);
      ctx.fillStyle = look.color.background; ctx.fill(paths.get(node.shape));
      ctx.strokeStyle = look.color.border;
      ctx.lineWidth = look.borderWidth / network.getScale() / part;
      ctx.stroke(paths.get(node.shape));
      ctx.restore();
    };
    return { drawNode, nodeDimensions: { width: 2 * size, height: 2 * size } };
  }

  // What is not lit fades, in a small picture less, so that it can still be followed.
  const fadedNode = nodes.length > 100 ? 0.14 : 0.3, fadedEdge = nodes.length > 100 ? 0.1 : 0.22;

  function lookOfNode(node, lit) {
    const strong = node.id === state.chosen;
    const color = { background: node.color, border: strong ? theme.focus : theme.outline };
    return {
      id: node.id, hidden: !shownNodes.has(node.id), opacity: lit && !lit.has(node.id) ? fadedNode : 1,
      borderWidth: strong ? 4 : outlined ? 1 : 0.6, color: { ...color, highlight: color, hover: color },
    };
  }

  function lookOfGroup(group, lit) {
    const strong = group.id === state.chosen;
    const color = { background: theme.ground, border: strong ? theme.focus : graph.styles[group.kind].color };
    return { id: group.id, hidden: false, opacity: lit && !lit.has(group.id) ? 0.2 : 1, borderWidth: strong ? 6 : 4, color: { ...color, highlight: color, hover: color } };
  }

  function lookOfEdge(edge, lit) {
    const shade = edge.contested ? theme.contested : theme.edge;
    const strong = edge.id === state.chosen || (lit && (edge.from === state.chosen || edge.to === state.chosen));
    // In a crowd, the longer an edge the fainter: what is near stays readable.
    const crowd = edges.length > 120 && !edge.bundle;
    const faint = crowd ? Math.min(0.8, Math.max(edge.contested ? 0.3 : edges.length > 800 ? 0.1 : 0.2, 130 / edge.length)) : edge.contested ? 0.9 : edge.bundle ? edge.weight : 1;
    const color = strong && !edge.contested ? theme.ink : shade;
    const width = edge.bundle && close ? edge.thin : edge.bundle || close ? edge.width : edge.width * strength;
    return {
      id: edge.id, hidden: !edge.bundle && !shownEdges.has(edge.id), width: strong ? width + 1.5 : width,
      arrows: { to: { enabled: !edge.bundle, scaleFactor: close ? heads : heads * strength } },
      color: { color, highlight: color, hover: color, inherit: false, opacity: strong ? 1 : lit ? Math.min(faint, fadedEdge) : faint },
    };
  }

  function litNodes() {
    const edge = edgeOf.get(state.chosen), bundle = kg.bundles.get(state.chosen);
    if (!state.chosen || state.quiet) return null;
    if (edge) return new Set([stands(edge.from), stands(edge.to)]);
    if (bundle) return new Set(bundle.flatMap((one) => [stands(one.from), stands(one.to)]));
    const group = groupOf.get(state.chosen);
    const near = group ? group.members.flatMap((id) => Array.from(kg.near(id))) : Array.from(kg.near(state.chosen));
    return new Set(near.map(stands));
  }

  /* What is drawn now, as [fixed part, look] of each node and line. Without clusters that is everything, hidden or not. */
  function drawnNow() {
    const lit = litNodes(), drawnNodes = [], drawnEdges = [];
    const shape = (node) => (BUILT_IN.has(node.shape) ? { shape: node.shape } : { shape: "custom", ctxRenderer: drawMark });
    nodes.forEach((node) => {
      if (groups.length && (!shownNodes.has(node.id) || stands(node.id) !== node.id)) return;
      const look = lookOfNode(node, lit);
      looked.set(node.id, look);
      drawnNodes.push([{ ...shape(node), size: node.size, x: node.x, y: node.y }, look]);
    });
    groups.forEach((group) => {
      if (state.roots.length || state.open.has(group.number) || !group.members.some((id) => shownNodes.has(id))) return;
      drawnNodes.push([{ shape: "dot", size: group.size, x: group.x, y: group.y }, lookOfGroup(group, lit)]);
    });
    kg.bundles.clear();
    edges.forEach((edge) => {
      if (groups.length) {
        if (!shownEdges.has(edge.id)) return;
        const from = stands(edge.from), to = stands(edge.to);
        if (from !== edge.from || to !== edge.to) {
          if (from === to) return;
          const id = from < to ? `${from}|${to}` : `${to}|${from}`;
          if (!kg.bundles.has(id)) kg.bundles.set(id, []);
          kg.bundles.get(id).push(edge);
          return;
        }
      }
      const fixed = { from: edge.from, to: edge.to };
      if (edge.dashes) fixed.dashes = edge.dashes.map((part) => part * Math.max(1, 0.8 / expected));
      if (edge.smooth) fixed.smooth = edge.smooth;
      drawnEdges.push([fixed, lookOfEdge(edge, lit)]);
    });
    // Among many clusters nearly all are joined by some edge: what stands out are those that share many.
    const shares = Array.from(kg.bundles.values(), (bundle) => bundle.length).sort((a, b) => a - b);
    const great = shares.length > 150 ? shares[Math.floor(0.97 * shares.length)] : 0;
    const weight = (share) => (great ? 0.06 + 0.54 * Math.min(1, share / great) ** 1.5 : 0.5);
    kg.bundles.forEach((bundle, id) => {
      const [from, to] = id.split("|");
      const line = { id, from, to, bundle: true, weight: weight(bundle.length), contested: bundle.some((edge) => edge.contested), thin: 1 + Math.log2(bundle.length) };
      line.width = line.thin / Math.max(expected * 4, 0.2);
      drawnEdges.push([{ from, to }, lookOfEdge(line, lit)]);
    });
    return [drawnNodes, drawnEdges];
  }

  function sync(set, last, drawn) {
    const seen = new Set(), fresh = [], changed = [];
    drawn.forEach(([fixed, look]) => {
      const text = JSON.stringify(look);
      seen.add(look.id);
      if (!last.has(look.id)) fresh.push({ ...fixed, ...look }); else if (last.get(look.id) !== text) changed.push(look);
      last.set(look.id, text);
    });
    const gone = Array.from(last.keys()).filter((id) => !seen.has(id));
    gone.forEach((id) => last.delete(id));
    if (gone.length) set.remove(gone);
    if (changed.length) set.update(changed);
    if (fresh.length) set.add(fresh);
  }

  // Labels are drawn by us, so vis-network gets none: its own cover each other and do not thin out.
  const visNodes = new vis.DataSet(), visEdges = new vis.DataSet(), lastNodes = new Map(), lastEdges = new Map();
  function syncAll() {
    const [drawnNodes, drawnEdges] = drawnNow();
    sync(visNodes, lastNodes, drawnNodes);
    sync(visEdges, lastEdges, drawnEdges);
  }
  syncAll();
  const network = (kg.network = new vis.Network(stage, { nodes: visNodes, edges: visEdges }, graph.options));
  const frame = (kg.frame = stage.querySelector(".vis-network"));
  frame.setAttribute("role", "application");
  frame.setAttribute("aria-label", `Graph of ${nodes.length} nodes and ${edges.length} edges. Arrow keys move it. The same edges stand in a table below.`);

  kg.paint = () => { syncAll(); network.redraw(); };
  kg.home = () => { // back to the places that were computed
    const back = Array.from(lastNodes.keys(), (id) => nodeOf.get(id) || groupOf.get(id));
    const moved = ({ id, x, y }) => { const place = network.getPosition(id); return Math.abs(place.x - x) + Math.abs(place.y - y) > 1; };
    visNodes.update(back.filter(moved).map(({ id, x, y }) => ({ id, x, y })));
  };

  let touched = false;
  kg.touch = () => { touched = true; };
  kg.untouched = () => !touched;
  kg.fit = (only) => {
    const ids = (only || Array.from(lastNodes.keys())).filter((id) => lastNodes.has(id) && (groupOf.has(id) || shownNodes.has(id)));
    if (!ids.length) return;
    const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
    Object.values(network.getPositions(ids)).forEach(({ x, y }) => {
      box.left = Math.min(box.left, x); box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y); box.bottom = Math.max(box.bottom, y);
    });
    // Room for labels, for the headings above and the buttons below.
    const side = Math.min(90, stage.clientWidth * 0.13), narrow = kg.narrow(), above = (columns.length && !turned ? 44 : 30) + (narrow ? 34 : 0), below = narrow ? 30 : 64;
    const fits = Math.min(1.5, (stage.clientWidth - 2 * side) / Math.max(box.right - box.left, 1), (stage.clientHeight - above - below) / Math.max(box.bottom - box.top, 1));
    const scale = Math.max(fits, 0.01);
    network.moveTo({ position: { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 + (below - above) / 2 / scale }, scale, animation: false });
    rescale();
  };
  kg.center = (id) => {
    network.focus(stands(id), { scale: Math.max(network.getScale(), nodes.length > 300 ? 0.9 : 0.75), offset: { x: 0, y: kg.narrow() ? -stage.clientHeight / 6 : 0 }, animation: false });
    touched = true;
    rescale();
  };

  kg.reveal = (ids) => { // moves only where one of them is out of view
    const out = (id) => { const at = network.canvasToDOM(network.getPosition(stands(id))); return at.x < 0 || at.y < 0 || at.x > stage.clientWidth || at.y > stage.clientHeight; };
    if (ids.some(out)) { kg.fit(ids.map(stands)); touched = true; }
  };

  function rescale() {
    const wanted = nodes.length <= 300 || network.getScale() > 0.4;
    const near = network.getScale() > 0.5;
    if (wanted !== outlined || (near !== close && strength > 1)) { outlined = wanted; close = near; kg.paint(); }
  }
  network.on("zoom", rescale);
  ["dragStart", "zoom"].forEach((name) => network.on(name, kg.touch));
  network.on("resize", () => { if (!touched) window.setTimeout(kg.fit, 0); });

  // ---- labels: the important ones first, none over another -------------------------------------------
  const rank = (node) => around.get(node.id).length + (node.kind === "arm" ? 0 : 1000); // an arm says least by itself
  const byRank = nodes.slice().sort((a, b) => rank(b) - rank(a));
  const widths = new Map();
  function widthOf(ctx, text) {
    const key = ctx.font + text;
    if (!widths.has(key)) widths.set(key, ctx.measureText(text).width);
    return widths.get(key);
  }
  /* Boxes that are taken, in cells, so that a question looks at few of them. */
  function boxes() {
    const taken = new Map(), CELL = 48;
    const cells = (box, act) => {
      for (let x = Math.floor(box[0] / CELL); x <= Math.floor(box[2] / CELL); x++)
        for (let y = Math.floor(box[1] / CELL); y <= Math.floor(box[3] / CELL); y++)
          if (act(`${x},${y}`)) return true;
      return false;
    };
    return {
      free: (box, owner) => !cells(box, (cell) => (taken.get(cell) || []).some((other) =>
        other[4] !== owner && box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])),
      take: (box, owner) => { box[4] = owner; cells(box, (cell) => { if (!taken.has(cell)) taken.set(cell, []); taken.get(cell).push(box); }); },
    };
  }

  network.on("afterDrawing", (ctx) => {
    const ratio = ctx.canvas.width / ctx.canvas.clientWidth, scale = network.getScale();
    const wide = ctx.canvas.clientWidth, high = ctx.canvas.clientHeight;
    ctx.save();
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.textBaseline = "middle"; ctx.lineJoin = "round";
    const where = network.getPositions(), { free, take } = boxes();
    const labels = (kg.labels = []); // what was written, for the tests
    kg.headings = [];
    const write = (text, x, y, color) => {
      ctx.strokeStyle = theme.ground; ctx.lineWidth = 3.5; ctx.strokeText(text, x, y);
      ctx.fillStyle = color; ctx.fillText(text, x, y);
    };

    const top = kg.narrow() ? 34 : 0; // below the buttons
    ctx.textAlign = "left";
    columns.forEach((column) => {
      ctx.font = `600 11px ${theme.font}`;
      const at = network.canvasToDOM({ x: column.x, y: column.x }), w = widthOf(ctx, column.text);
      for (const [x, y] of turned ? [[6, at.y]] : [[at.x - w / 2, top + 14], [at.x - w / 2, top + 29]]) {
        const box = [x - 3, y - 7, x + w + 3, y + 7];
        if (!free(box, "")) continue;
        take(box, "column");
        kg.headings.push(column.text);
        write(column.text, x, y, theme.soft);
        break;
      }
    });

    // vis-network may draw between two changes of what it draws: only what has a place now gets a label.
    const drawn = byRank.filter((node) => shownNodes.has(node.id) && where[node.id]);
    const closed = groups.filter((group) => where[group.id]);
    const bodies = drawn.length + closed.length <= 350;
    const all = closed.length ? [...closed, ...drawn] : drawn;
    if (bodies) all.forEach((node) => {
      const at = network.canvasToDOM(where[node.id]), r = node.size * scale * 0.8;
      take([at.x - r, at.y - r, at.x + r, at.y + r], node.id);
    });
    const lit = litNodes();
    const weight = (node) => (node.id === state.hovered ? 3 : node.id === state.chosen ? 2 : lit && lit.has(node.id) ? 1 : 0);
    const order = state.chosen || state.hovered ? all.slice().sort((a, b) => weight(b) - weight(a)) : all;
    let room = Math.max(12, Math.floor(wide * high / (bodies ? 3500 : 10000)));
    order.forEach((node) => {
      const heavy = weight(node);
      if ((lit && !heavy) || (!heavy && room <= 0)) return;
      const at = network.canvasToDOM(where[node.id]), r = node.size * scale;
      if (at.x < -40 || at.y < -20 || at.x > wide + 40 || at.y > high + 20) return;
      const big = groupOf.has(node.id) || around.get(node.id).length > 8;
      ctx.font = `${heavy > 1 ? "600 " : ""}${big ? 13 : 12}px ${theme.font}`;
      const text = heavy > 1 ? short(node.label, 60) : short(node.brief, 26), w = widthOf(ctx, text), h = 14, gap = r + 4;
      const places = [
        [at.x - w / 2, at.y + gap + h / 2], [at.x + gap, at.y], [at.x - gap - w, at.y], [at.x - w / 2, at.y - gap - h / 2],
      ];
      for (const [x, y] of places) {
        const box = [x - 2, y - h / 2, x + w + 2, y + h / 2];
        if (heavy < 2 && (box[0] < 0 || box[2] > wide || !free(box, node.id))) continue;
        take(box, "label");
        labels.push({ id: node.id, box: box.slice(0, 4) });
        write(text, x, y, theme.ink);
        room -= 1;
        break;
      }
    });

    const few = shownEdges.size <= 40;
    ctx.textAlign = "center";
    edges.forEach((edge) => {
      if (!shownEdges.has(edge.id)) return;
      const heavy = edge.id === state.chosen || edge.id === state.hovered;
      const beside = lit && (edge.from === state.chosen || edge.to === state.chosen);
      if (!heavy && (lit ? !beside : !few)) return;
      const line = network.body.edges[edge.id];
      if (!line || !line.connected || !line.edgeType.getPoint) return;
      const middle = network.canvasToDOM(line.edgeType.getPoint(0.5));
      ctx.font = `${heavy ? "600 12" : "11"}px ${theme.font}`;
      const text = short(heavy ? edge.label : edge.brief, heavy ? 60 : 30), w = widthOf(ctx, text);
      const box = [middle.x - w / 2 - 2, middle.y - 7, middle.x + w / 2 + 2, middle.y + 7];
      if (!heavy && !free(box, "")) return;
      take(box, "label");
      write(text, middle.x, middle.y, edge.contested ? theme.contested : heavy ? theme.ink : theme.soft);
    });
    ctx.restore();
  });
})();
