/* What the page does: filters, focus, clusters, buttons, and the address that restores all of it. */
(function () {
  "use strict";

  const kg = window.kgPage, byId = kg.byId, { graph, nodes, edges, nodeOf, edgeOf, around, groupOf, state, shownNodes, shownEdges, network } = kg;
  const byKey = new Map(nodes.map((node) => [node.key, node.id]));
  const checked = (id) => Boolean(byId(id) && byId(id).checked);
  const year = (id, fallback) => (byId(id) ? Number(byId(id).value) : fallback);

  // ---- filters ----------------------------------------------------------------------------------------
  function evidenceFits(place) {
    const { level, reading, stance } = graph.facets, off = state.off;
    return graph.kindsOfEvidence[graph.evidence[place]].some(([l, r, s]) =>
      !off.level.has(level[l]) && !off.reading.has(reading[r]) && !off.stance.has(stance[s]));
  }

  function filter() {
    const from = year("from", -Infinity), to = year("to", Infinity);
    const undated = byId("undated") ? checked("undated") : true, noContested = checked("hide-contested");
    const kept = state.roots.length ? new Set(state.roots.flatMap((root) => Array.from(kg.near(root)))) : null;
    const place = state.tumor;
    const elsewhere = (edge) => place >= 0 && graph.tumors[edge.place].length && !graph.tumors[edge.place].includes(place);
    shownNodes.clear(); shownEdges.clear();
    const allowed = new Set();
    nodes.forEach((node) => {
      if (state.off.kind.has(node.kind) || (node.year !== undefined && node.year > to) || (kept && !kept.has(node.id))) return;
      if (place >= 0 && node.kind === "tumor" && node.label !== graph.tumorNames[place]) return;
      allowed.add(node.id);
      if (!around.get(node.id).length || node.id === state.chosen) shownNodes.add(node.id);
    });
    edges.forEach((edge) => {
      const inTime = edge.year === undefined ? undated : edge.year >= from && edge.year <= to;
      if (!inTime || (noContested && edge.contested) || elsewhere(edge) || !allowed.has(edge.from) || !allowed.has(edge.to) || !evidenceFits(edge.place)) return;
      shownEdges.add(edge.id);
      shownNodes.add(edge.from); shownNodes.add(edge.to);
    });
    // A node whose neighbors are all of a kind that is off stays; one whose claims are all filtered out goes.
    if (!kept && place < 0) nodes.forEach((node) => {
      if (!allowed.has(node.id) || shownNodes.has(node.id)) return;
      const lost = around.get(node.id).every((edge) => !(allowed.has(edge.from) && allowed.has(edge.to)));
      if (lost) shownNodes.add(node.id);
    });
    edges.forEach((edge) => { const row = byId(edge.id), off = !shownEdges.has(edge.id); if (row.hidden !== off) row.hidden = off; });
    nodes.forEach((node) => { const row = byId(node.id), off = !shownNodes.has(node.id); if (row.hidden !== off) row.hidden = off; });
    const all = shownNodes.size === nodes.length && shownEdges.size === edges.length;
    const closed = state.roots.length ? 0 : kg.groups.length - state.open.size;
    byId("status").textContent = (all
      ? `${nodes.length} nodes, ${edges.length} edges`
      : `shows ${shownNodes.size} of ${nodes.length} nodes, ${shownEdges.size} of ${edges.length} edges`)
      + (closed ? `; ${closed} clusters are closed` : "") + (state.roots.length ? "; in focus" : "");
    kg.paint();
    kg.list();
  }

  // ---- choice, focus, clusters ------------------------------------------------------------------------
  kg.choose = (id, move, quiet) => {
    if (id && !nodeOf.has(id) && !edgeOf.has(id) && !groupOf.has(id) && !kg.bundles.has(id)) return;
    state.chosen = id;
    state.quiet = Boolean(quiet);
    const ends = nodeOf.has(id) ? [id] : edgeOf.has(id) ? [edgeOf.get(id).from, edgeOf.get(id).to] : [];
    if (!quiet) ends.forEach((end) => { if (nodeOf.get(end).group !== undefined) state.open.add(nodeOf.get(end).group); });
    // A search may find what is out of focus: then the focus ends.
    if (state.roots.length && nodeOf.has(id) && !state.roots.some((root) => kg.near(root).has(id))) state.roots = [];
    if (network.getSelectedNodes().length || network.getSelectedEdges().length) network.unselectAll();
    filter();
    if (nodeOf.has(id) && kg.stands(id) === id) network.selectNodes([id], false);
    kg.show();
    if (move && nodeOf.has(id)) kg.center(id); else if (move) kg.reveal(ends);
    if (!quiet) remember();
  };
  kg.focus = (roots) => {
    state.roots = roots;
    state.quiet = false;
    filter(); kg.show(); kg.fit(); remember();
  };
  kg.openGroup = (number) => {
    state.open.add(number);
    if (groupOf.has(state.chosen)) state.chosen = "";
    filter(); kg.show(); kg.fit(kg.groups[number].members); kg.touch(); remember();
  };
  kg.closeGroup = (number) => {
    state.open.delete(number);
    state.chosen = `g${number}`;
    filter(); kg.show(); kg.fit(); remember();
  };

  // ---- boxes, sliders, buttons ------------------------------------------------------------------------
  const facets = Array.from(document.querySelectorAll("input[data-facet]"));
  const again = () => { filter(); kg.show(); remember(); };
  facets.forEach((box) => box.addEventListener("change", () => {
    state.off[box.dataset.facet][box.checked ? "delete" : "add"](box.value);
    again();
  }));
  ["undated", "hide-contested"].forEach((id) => { if (byId(id)) byId(id).addEventListener("change", again); });
  if (byId("tumor")) byId("tumor").addEventListener("change", (event) => { state.tumor = Number(event.target.value); again(); });
  ["from", "to"].forEach((id) => {
    const range = byId(id);
    if (range) range.addEventListener("input", () => {
      if (Number(byId("from").value) > Number(byId("to").value)) byId(id === "from" ? "to" : "from").value = range.value;
      years(); again();
    });
  });
  function years() { ["from", "to"].forEach((id) => { if (byId(id)) byId(`${id}-year`).textContent = byId(id).value; }); }
  const moving = (on) => { network.setOptions({ physics: { enabled: on } }); byId("physics").checked = on; };
  byId("physics").addEventListener("change", (event) => moving(event.target.checked));
  byId("zoom-in").addEventListener("click", () => { kg.touch(); network.moveTo({ scale: network.getScale() * 1.4 }); });
  byId("zoom-out").addEventListener("click", () => { kg.touch(); network.moveTo({ scale: network.getScale() / 1.4 }); });
  byId("fit").addEventListener("click", () => kg.fit());

  function clear() {
    Object.values(state.off).forEach((set) => set.clear());
    state.roots = []; state.tumor = -1; state.open.clear();
  }
  byId("reset").addEventListener("click", () => {
    clear();
    facets.forEach((box) => { box.checked = true; });
    byId("hide-contested").checked = false;
    if (byId("undated")) byId("undated").checked = true;
    if (byId("tumor")) byId("tumor").value = "-1";
    if (byId("from")) { byId("from").value = byId("from").min; byId("to").value = byId("to").max; years(); }
    byId("search").value = "";
    moving(false);
    kg.choose(""); kg.home(); kg.fit();
  });
  byId("save").addEventListener("click", () => {
    const drawn = byId("canvas").querySelector("canvas"), copy = document.createElement("canvas");
    copy.width = drawn.width; copy.height = drawn.height + 40;
    const ctx = copy.getContext("2d");
    ctx.fillStyle = kg.theme.ground; ctx.fillRect(0, 0, copy.width, copy.height); ctx.drawImage(drawn, 0, 0);
    ctx.fillStyle = kg.theme.soft; ctx.font = `14px ${kg.theme.font}`; ctx.textBaseline = "middle";
    const words = byId("stamp") ? byId("stamp").textContent.replace(/\s+/g, " ").trim() : "For research use; not medical advice";
    ctx.fillText(`${graph.title.slice(0, 80)} · ${words}`, 12, drawn.height + 20, copy.width - 24);
    const link = kg.make("a");
    link.download = `${graph.title.slice(0, 80).replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "") || "graph"}.png`;
    link.href = copy.toDataURL("image/png");
    link.click();
  });

  // ---- mouse ------------------------------------------------------------------------------------------
  network.on("click", (event) => kg.choose(event.nodes[0] || event.edges[0] || ""));
  network.on("doubleClick", (event) => {
    const id = event.nodes[0];
    if (groupOf.has(id)) kg.openGroup(groupOf.get(id).number);
    else if (id) kg.focus(state.roots.length ? [...new Set([...state.roots, id])] : [id]);
  });
  const hover = (id) => { state.hovered = id; kg.frame.style.cursor = id ? "pointer" : ""; };
  network.on("hoverNode", (event) => hover(event.node));
  network.on("hoverEdge", (event) => hover(event.edge));
  ["blurNode", "blurEdge"].forEach((name) => network.on(name, () => hover("")));
  const recolor = () => { kg.readTheme(); kg.paint(); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolor);
  // Paper is white, and shows the tables too.
  let opened = [];
  const redraw = () => network.body.emitter.emit("_redraw");
  window.addEventListener("beforeprint", () => {
    document.documentElement.dataset.print = "";
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach((details) => { details.open = true; });
    recolor(); redraw();
  });
  window.addEventListener("afterprint", () => {
    delete document.documentElement.dataset.print;
    opened.forEach((details) => { details.open = false; });
    recolor();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href]");
    if (!link || link.download || link.getAttribute("href").startsWith("#")) return;
    if (/^https?:/i.test(link.getAttribute("href"))) { link.target = "_blank"; link.rel = "noopener noreferrer"; }
    else if (kg.embedded) link.target = "_top";
  }, true);

  // ---- the address restores the view ------------------------------------------------------------------
  let written = location.hash;
  const inTables = () => /^#(as-table|s\d+)$/.test(location.hash);
  function remember() {
    const parts = [], add = (name, value) => parts.push(`${name}=${encodeURIComponent(value)}`);
    if (nodeOf.has(state.chosen)) add("node", nodeOf.get(state.chosen).key);
    if (edgeOf.has(state.chosen)) add("edge", edgeOf.get(state.chosen).place);
    if (groupOf.has(state.chosen)) add("cluster", groupOf.get(state.chosen).number);
    state.roots.forEach((root) => add("focus", nodeOf.get(root).key));
    state.open.forEach((number) => add("open", number));
    Object.entries(state.off).forEach(([facet, values]) => values.forEach((value) => add(`no-${facet}`, value)));
    if (state.tumor >= 0) add("tumor", graph.tumorNames[state.tumor]);
    if (byId("from") && byId("from").value !== byId("from").min) add("from", byId("from").value);
    if (byId("to") && byId("to").value !== byId("to").max) add("to", byId("to").value);
    if (byId("undated") && !checked("undated")) add("undated", "no");
    if (checked("hide-contested")) add("contested", "no");
    written = parts.length ? "#" + parts.join("&") : "";
    try { history.replaceState(null, "", written || location.pathname + location.search); } catch (error) { /* not for every address */ }
  }
  function recall() {
    const asked = new URLSearchParams(location.hash.slice(1));
    clear();
    Object.keys(state.off).forEach((facet) => asked.getAll(`no-${facet}`).forEach((value) => state.off[facet].add(value)));
    facets.forEach((box) => { box.checked = !state.off[box.dataset.facet].has(box.value); });
    if (byId("from")) { byId("from").value = asked.get("from") || byId("from").min; byId("to").value = asked.get("to") || byId("to").max; years(); }
    if (byId("undated")) byId("undated").checked = asked.get("undated") !== "no";
    byId("hide-contested").checked = asked.get("contested") === "no";
    state.tumor = graph.tumorNames.indexOf(asked.get("tumor"));
    if (byId("tumor")) byId("tumor").value = String(state.tumor);
    state.roots = asked.getAll("focus").filter((key) => byKey.has(key)).map((key) => byKey.get(key));
    asked.getAll("open").map(Number).filter((number) => kg.groups[number]).forEach((number) => state.open.add(number));
    const edge = asked.get("edge"), node = asked.get("node"), group = asked.get("cluster");
    kg.choose(edge !== null && edgeOf.has(`e${edge}`) ? `e${edge}` : node !== null && byKey.has(node) ? byKey.get(node) : group !== null && groupOf.has(`g${group}`) ? `g${group}` : "");
  }
  window.addEventListener("hashchange", () => {
    if (location.hash === written || inTables()) return;
    recall();
    kg.fit();
    window.scrollTo(0, 0);
  });

  if (location.hash && !inTables()) recall(); else kg.choose(graph.center, false, true);
  kg.fit();
  if (location.hash === "#as-table") byId("edges-details").open = true;
  if (window.innerWidth < 860) document.querySelector(".filters").open = false;
  if (window.navigator.webdriver) window.kgGraph = kg; // for the browser tests
})();
