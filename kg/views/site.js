/* Table filters and the search over all pages. A classic script without requests. */
(function () {
  "use strict";

  document.querySelectorAll("table[data-filter]").forEach((table) => {
    const rows = Array.from(table.tBodies[0].rows), texts = rows.map((row) => row.textContent.toLowerCase());
    const box = document.createElement("p"), input = document.createElement("input"), count = document.createElement("output");
    box.className = "filter";
    input.type = "search"; input.placeholder = "Filter rows";
    input.setAttribute("aria-label", `Filter rows of ${table.dataset.filter}`);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, place) => {
        row.hidden = !words.every((word) => texts[place].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
    });
    box.append(input, count);
    table.parentElement.before(box);
  });

  // The head of a column sorts by it: numbers from the most, words from a to z, what is empty last; once more, the other way.
  document.querySelectorAll("table[data-filter]").forEach((table) => {
    const body = table.tBodies[0], rows = Array.from(body.rows);
    if (rows.some((row) => row.id || !row.cells[0].textContent.trim())) return;  // evidence: a row goes with that above it
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach((head, place) => {
      const button = document.createElement("button");
      button.type = "button"; button.append(...head.childNodes); head.append(button);
      const text = (row) => row.cells[place].textContent.trim();
      const numbers = rows.every((row) => /^(-?[\d.,]+ ?%?)?$/.test(text(row)));
      button.addEventListener("click", () => {
        const first = numbers ? "descending" : "ascending", second = numbers ? "ascending" : "descending";
        const way = head.getAttribute("aria-sort") === first ? second : first, sign = way === "ascending" ? 1 : -1;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", way);
        const compare = (a, b) => numbers ? parseFloat(a.replace(/,/g, "")) - parseFloat(b.replace(/,/g, ""))
          : a.localeCompare(b, "en", { numeric: true });
        body.append(...rows.slice().sort((a, b) => {
          const one = text(a), other = text(b);
          return !one || !other ? (one ? -1 : 0) + (other ? 1 : 0) : sign * compare(one, other);
        }));
      });
    });
  });

  // A link to a row opens the table that it is folded into; the narrow screen gets its tables as they are.
  function unfold() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = target && target.closest("details");
    if (folded && !folded.open) { folded.open = true; target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", unfold);
  unfold();

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href]");
    if (link && /^https?:/i.test(link.getAttribute("href"))) { link.target = "_blank"; link.rel = "noopener noreferrer"; }
  }, true);

  const pages = window.kgPages || [], finder = document.getElementById("finder");
  if (!finder || pages.length < 2) return;
  const input = document.createElement("input"), list = document.createElement("ul");
  input.type = "search"; input.placeholder = "Antibody, antigen, tumor, pair, escape"; input.autocomplete = "off";
  const facts = { role: "combobox", "aria-label": "Search all pages", "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list" };
  Object.entries(facts).forEach(([name, value]) => input.setAttribute(name, value));
  list.id = "found"; list.hidden = true; list.setAttribute("role", "listbox"); list.setAttribute("aria-label", "Pages found");
  finder.append(input, list);
  let found = [], active = 0;

  const go = (page) => { if (page) location.href = document.body.dataset.root + page[1]; };
  function mark(place) {
    active = place;
    Array.from(list.children).forEach((option, number) => option.setAttribute("aria-selected", String(number === place)));
    if (found.length) input.setAttribute("aria-activedescendant", `found-${place}`); else input.removeAttribute("aria-activedescendant");
  }
  // Title, then other names, then any word of either; what people call a thing matters more than where it stands.
  function rankOf(page, words, parts) {
    const title = page[0].toLowerCase(), also = (page[3] || "").toLowerCase();
    if (title === words || also.split("; ").includes(words)) return 0;
    if (title.startsWith(words)) return 1;
    if (title.includes(words)) return 2;
    if (also.includes(words)) return 3;
    return parts.every((part) => `${title} ${also} ${page[2]}`.includes(part)) ? 4 : 5;
  }
  function search() {
    const words = input.value.trim().toLowerCase(), parts = words.split(/\s+/);
    const ranked = words ? pages.map((page) => [rankOf(page, words, parts), page]).filter((pair) => pair[0] < 5) : [];
    found = ranked.sort((a, b) => a[0] - b[0] || a[1][0].length - b[1][0].length).slice(0, 12).map((pair) => pair[1]);
    list.replaceChildren(...found.map((page, place) => {
      const option = document.createElement("li"), title = document.createElement("bdi"), folder = document.createElement("span");
      option.id = `found-${place}`; option.setAttribute("role", "option");
      title.textContent = page[0]; folder.textContent = page[2] ? ` ${page[2]}` : "";
      option.append(title, folder);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); go(page); });
      return option;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(Boolean(found.length)));
    mark(0);
  }
  input.addEventListener("input", search);
  input.addEventListener("blur", () => { list.hidden = true; });
  input.addEventListener("focus", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (found.length) mark((active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length);
    } else if (event.key === "Enter") { event.preventDefault(); go(found[active]); } else if (event.key === "Escape") { input.value = ""; search(); }
  });
})();
