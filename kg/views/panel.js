/* The words beside the picture: the evidence of what is chosen, and the list of nodes with its search. Text of the data
   is set as text, never as markup; what the table below the picture shows is copied from there. */
(function () {
  "use strict";

  const kg = window.kgPage, byId = kg.byId, { graph, nodes, nodeOf, edgeOf, around, groupOf, state, shownNodes, shownEdges } = kg;
  const panel = byId("panel"), empty = Array.from(panel.cloneNode(true).childNodes);
  const MOST = 40; // steps that are listed at once

  function make(tag, text, name) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  }
  kg.make = make;
  const named = (text) => make("bdi", text);
  const boxOf = (kg.boxOf = (kind) => Array.from(document.querySelectorAll('input[data-facet="kind"]')).find((input) => input.value === kind));
  const markOf = (kind) => (boxOf(kind) ? boxOf(kind).parentElement.querySelector(".mark").cloneNode(true) : make("span"));
  function button(text, act, name) {
    const made = make("button", text, name);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  // Its evidence: in its own row, or, where edges share it, in the list that the row points to.
  function linesOf(edge) {
    const cell = byId(edge.id).cells[5];
    return Array.from(cell.querySelectorAll("li, a[href^='#s']"), (one) => (one.localName === "a" ? byId(one.hash.slice(1)) : one));
  }

  function briefly(edge) { // how many sources, and of when
    const lines = linesOf(edge).length;
    return [lines ? `${lines} source${lines > 1 ? "s" : ""}` : "", edge.year].filter(Boolean).join(", ");
  }

  function step(edge, here) {
    const line = make("li"), out = edge.from === here, other = nodeOf.get(out ? edge.to : edge.from);
    const label = named(other.label), press = button(undefined, () => kg.choose(edge.id, true)), words = briefly(edge);
    label.className = "to";
    press.append(out ? `${edge.label} ` : "", label, out ? "" : ` ${edge.label} this`);
    if (edge.contested) press.append(" ", make("b", "contested", "contested"));
    if (words) press.append(" ", make("small", words));
    line.append(press);
    return line;
  }

  function listed(title, things, line) {
    if (!things.length) return;
    panel.append(make("h3", `${title} (${things.length})`));
    const lines = make("ul", undefined, "steps");
    things.slice(0, MOST).forEach((thing) => lines.append(line(thing)));
    panel.append(lines);
    if (things.length > MOST) {
      const more = button(`Show all ${things.length}`, () => { things.slice(MOST).forEach((thing) => lines.append(line(thing))); more.remove(); });
      panel.append(more);
    }
  }

  function nodeLine(node) {
    const line = make("li"), press = button(undefined, () => kg.choose(node.id, true));
    press.append(markOf(node.kind), " ", named(node.label));
    line.append(press);
    return line;
  }

  function showNode(node) {
    const row = byId(node.id), link = row.cells[0].querySelector("a"), known = row.cells[3].querySelector("dl");
    const heading = make("h2"); heading.append(named(node.label));
    const kind = make("p", undefined, "kind"); kind.append(markOf(node.kind), `${node.kind} · `, make("code", node.key));
    const acts = make("p", undefined, "buttons");
    if (!state.roots.length) acts.append(button("Focus", () => kg.focus([node.id]), "focus"));
    else {
      if (!state.roots.includes(node.id)) acts.append(button("Expand", () => kg.focus([...state.roots, node.id]), "expand"));
      acts.append(button("Show all", () => kg.focus([]), "all"));
    }
    if (node.group !== undefined && state.open.has(node.group)) acts.append(button("Close its cluster", () => kg.closeGroup(node.group)));
    panel.append(heading, kind, acts);
    if (link) { const way = link.cloneNode(false); way.textContent = "Open its page"; const line = make("p"); line.append(way); panel.append(line); }
    if (known) panel.append(known.cloneNode(true));
    const mine = around.get(node.id).filter((edge) => shownEdges.has(edge.id));
    listed("From here", mine.filter((edge) => edge.from === node.id), (edge) => step(edge, node.id));
    listed("To here", mine.filter((edge) => edge.from !== node.id), (edge) => step(edge, node.id));
    const hidden = around.get(node.id).length - mine.length;
    if (hidden) panel.append(make("p", `${hidden} more edges are filtered out.`, "hint"));
  }

  function showEdge(edge) {
    const row = byId(edge.id), from = nodeOf.get(edge.from), to = nodeOf.get(edge.to);
    const heading = make("h2"); heading.append(named(from.label), " ", named(edge.label), " ", named(to.label));
    panel.append(heading);
    if (edge.contested) panel.append(make("p", "Contested: sources stand on both sides.", "warning"));
    const facts = make("dl");
    const fact = (name, value) => { if (value) { facts.append(make("dt", name), make("dd", value)); } };
    fact("support", row.cells[3].textContent.trim()); fact("year", edge.year);
    const claims = graph.claims[edge.place].split(" ").filter(Boolean);
    if (claims.length) {
      const said = make("dd");
      claims.forEach((claim) => said.append(make("code", claim), " "));
      facts.append(make("dt", claims.length > 1 ? "claims" : "claim"), said);
    }
    if (facts.children.length) panel.append(facts);
    const sources = linesOf(edge), lines = make("ul", undefined, "evidence");
    panel.append(make("h3", sources.length ? `Evidence (${sources.length})` : "No source listed: it follows from the others"));
    sources.forEach((source) => { const line = source.cloneNode(true); line.removeAttribute("id"); lines.append(line); });
    if (sources.length) panel.append(lines);
    listed("Between", from === to ? [from] : [from, to], nodeLine);
  }

  function showGroup(group) {
    const heading = make("h2"); heading.append(named(group.label));
    const acts = make("p", undefined, "buttons");
    acts.append(button("Open the cluster", () => kg.openGroup(group.number), "open-group"));
    const members = group.members.filter((id) => shownNodes.has(id)).map((id) => nodeOf.get(id));
    panel.append(heading, make("p", `A cluster of ${members.length} nodes that hang together.`, "kind"), acts);
    listed("Its nodes, the busiest first", members, nodeLine);
  }

  function showBundle(bundle) {
    panel.append(make("h2", `${bundle.length} edges between clusters`));
    listed("Edges", bundle, (edge) => {
      const line = make("li"), press = button(undefined, () => kg.choose(edge.id, true));
      press.append(named(nodeOf.get(edge.from).label), ` ${edge.label} `, named(nodeOf.get(edge.to).label));
      line.append(press);
      return line;
    });
  }

  function showNothing() {
    panel.append(...empty.map((child) => child.cloneNode(true)));
    if (state.roots.length) panel.append(button("Show all", () => kg.focus([]), "all"));
    else if (kg.groups.length) panel.append(make("p", "This graph is large: each ring is a cluster of nodes that hang together, named by its busiest. A double click opens it.", "hint clusters"));
    if (!state.roots.length) listed("Clusters", kg.groups, (group) => {
      const line = make("li"), press = button(undefined, () => kg.choose(group.id));
      press.append(markOf(group.kind), " ", named(group.label));
      line.append(press);
      return line;
    });
  }

  kg.show = () => {
    panel.replaceChildren();
    document.body.classList.toggle("chosen", Boolean(state.chosen) || kg.groups.length > 0); // a frame has little room
    document.body.classList.toggle("asked", Boolean(state.chosen) && !state.quiet); // on a narrow screen: over the picture
    if (!state.chosen) { showNothing(); return; }
    const close = button("×", () => kg.choose(""), "close");
    close.setAttribute("aria-label", "Choose nothing");
    panel.append(close);
    if (nodeOf.has(state.chosen)) showNode(nodeOf.get(state.chosen));
    else if (edgeOf.has(state.chosen)) showEdge(edgeOf.get(state.chosen));
    else if (groupOf.has(state.chosen)) showGroup(groupOf.get(state.chosen));
    else if (kg.bundles.has(state.chosen)) showBundle(kg.bundles.get(state.chosen));
    panel.scrollTop = 0;
  };

  // ---- the list of nodes: search, suggestions, keyboard -----------------------------------------------
  const search = byId("search"), options = byId("node-list"), LIMIT = 150;
  const texts = new Map(nodes.map((node) => {
    const known = byId(node.id).cells[3];
    return [node.id, `${node.label} ${node.key} ${known.textContent}`.toLowerCase()];
  }));
  const byName = nodes.slice().sort((a, b) => a.label.localeCompare(b.label, "en"));
  let active = -1, offered = [];

  kg.list = () => {
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
      if (!shownNodes.has(node.id)) { option.className = "off"; option.append(make("small", "hidden")); }
      option.addEventListener("click", () => pick(place));
      return option;
    }));
    byId("more").textContent = total > LIMIT ? `${LIMIT} of ${total}; type to narrow` : total ? "" : "Nothing of that name here";
    const place = offered.findIndex((node) => node.id === state.chosen);
    activate(words && document.activeElement === search && total ? 0 : place, false);
  };

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
    const box = boxOf(node.kind);
    if (box && !box.checked) { box.checked = true; state.off.kind.delete(node.kind); }
    kg.choose(node.id, true);
    if (kg.narrow()) panel.focus({ preventScroll: true }); // the list of nodes lies over the picture
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
      if (search.value) { search.value = ""; kg.list(); } else kg.choose("");
    }
  }
  search.addEventListener("input", kg.list);
  search.addEventListener("keydown", keys);
  options.addEventListener("keydown", keys);
  options.addEventListener("focus", () => { if (active < 0 && offered.length) activate(0, true); });
})();
