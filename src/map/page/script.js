"use strict";
/* The page is complete without this script, which makes the address map zoomable, adds a filter to each long table, and
   unfolds what is linked to or printed. */

/* --- filters --- */

for (const box of document.querySelectorAll(".filter")) {
  const input = box.querySelector("input");
  const status = box.querySelector("[role=status]");
  const rows = Array.from(document.getElementById(box.dataset.table).querySelectorAll("tbody tr"));
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every((word) => texts[i].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    status.textContent = words.length ? shown + " of " + rows.length + " rows" : "";
  };
  input.addEventListener("input", apply);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value) {
      input.value = "";
      apply();
    }
  });
  box.hidden = false;
}

/* --- what is folded --- */

const unfold = () => {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!target) return;
  for (let at = target.parentElement; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  target.scrollIntoView({ block: "center" });
};
addEventListener("hashchange", unfold);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
unfold();

/* --- addresses: [first, last] as BigInt --- */

const parse = (text) => text.split("-").map((digits) => BigInt("0x" + digits));
const spanOf = (element) => parse(element.dataset.at);
const meet = (a, b) => a[0] <= b[1] && b[0] <= a[1];
const holds = (a, b) => a[0] <= b[0] && b[1] <= a[1];

const addressText = (value, v4) => {
  if (v4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const zeros = groups.join(":").match(/\b0(:0)+\b/g);
  if (!zeros) return groups.join(":");
  const longest = zeros.reduce((a, b) => (b.length > a.length ? b : a));
  return groups.join(":").replace(longest, "::").replace(/:{3,}/, "::");
};

const kinds = { migration: "M", remote: "R", cluster: "C", pool: "P", node: "N" }; /* the most important first */
const suggested = Array.from(document.querySelectorAll(".suggested[data-at]"), spanOf);

/* What of a range is handed out. */
const poolOf = (row, [first, last]) => {
  if (row.dataset.pool) return parse(row.dataset.pool);
  return row.matches(".pool, .migration") && last - first > 1n ? [first + 1n, last - 1n] : [first, last];
};

/* One range of an area, from its row in the table. */
const rangeOf = (row) => ({
  span: spanOf(row),
  pool: poolOf(row, spanOf(row)),
  kind: Object.keys(kinds).find((kind) => row.classList.contains(kind)),
  bad: row.classList.contains("bad"),
  id: row.id,
  text: row.cells[0].firstChild.textContent,
  name: row.cells[2].firstChild.textContent.trim(),
});

class Area {
  constructor(cells) {
    this.cells = cells;
    this.title = cells.parentElement.querySelector("h3").textContent;
    this.form = cells.className;
    this.ranges = Array.from(cells.parentElement.querySelectorAll("tr[data-at]"), rangeOf);
    this.all = cells.dataset.at.length === 17 ? 32 : 128;
    const bits = Number(cells.dataset.bits);
    const top = { span: spanOf(cells), bits: 0, blocks: [] };
    const step = 1n << BigInt(this.all - bits);
    for (const [i, cell] of Array.from(cells.children).entries()) {
      const first = cell.dataset.at ? spanOf(cell)[0] : top.span[0] + BigInt(i) * step;
      top.blocks.push({ span: [first, first + step - 1n], bits });
    }
    this.levels = [top];
    this.path = document.createElement("ol");
    this.path.className = "path";
    this.path.setAttribute("aria-label", "Zoom of " + this.title);
    this.here = document.createElement("p");
    this.here.className = "here";
    cells.before(this.path);
    cells.after(this.here);
    cells.setAttribute("role", "group");
    cells.addEventListener("keydown", (event) => this.key(event));
    this.draw(0);
  }

  textOf(block) {
    const address = addressText(block.span[0], this.all === 32);
    return block.bits === this.all ? address : address + "/" + block.bits;
  }

  /* What is in a block: its class, its letter and a sentence. */
  contents(block) {
    const here = this.ranges.filter((range) => meet(range.span, block.span));
    const used = here.filter((range) => range.kind);
    const star = suggested.some((span) => meet(span, block.span));
    const kind = Object.keys(kinds).find((name) => used.some((range) => range.kind === name));
    const bad = used.filter((range) => range.bad).some((a, i, list) => list.slice(0, i).some((b) => {
      const both = [a.span[0] > b.span[0] ? a.span[0] : b.span[0], a.span[1] < b.span[1] ? a.span[1] : b.span[1]];
      return both[0] <= both[1] && meet(both, block.span);
    }));
    const single = block.bits === this.all;
    const whole = used.some((range) => holds(single ? range.pool : range.span, block.span));
    const names = used.slice(0, 4).map((range) => range.name + " " + range.text);
    if (used.length > 4) names.push("and " + (used.length - 4) + " more");
    const free = here.length > used.length;
    const how = whole ? "in use by " : single ? "in, but not handed out by " : "in use in part by ";
    const words = used.length ? how + names.join(", ") : free ? "free" : "not listed as free";
    return {
      look: (kind ? kind + (whole ? "" : " part") : free ? "free" : "outside") + (bad ? " bad" : "") + (star ? " star" : ""),
      letter: kind ? kinds[kind] : "",
      words: words + (bad ? "; these overlap" : "") + (star ? "; suggested" : ""),
      used: used.length,
    };
  }

  button(block, i) {
    const { look, letter, words, used } = this.contents(block);
    const button = document.createElement("button");
    const sites = this.cells.classList.contains("sites");
    button.type = "button";
    button.className = look;
    button.tabIndex = -1;
    button.dataset.used = used;
    button.textContent = sites ? this.textOf(block) + " " + letter : letter;
    button.setAttribute("aria-label", this.textOf(block) + ": " + words);
    button.addEventListener("click", () => this.zoom(i));
    const show = () => { this.here.textContent = this.textOf(block) + ": " + words + "."; };
    button.addEventListener("focus", () => { this.focus(button); show(); });
    button.addEventListener("mouseenter", show);
    return button;
  }

  /* Only one cell can be reached with Tab; the arrow keys move between the cells. */
  focus(button) {
    for (const other of this.cells.children) other.tabIndex = other === button ? 0 : -1;
  }

  draw(index) {
    const level = this.levels[this.levels.length - 1];
    const last = level.blocks[0].bits === this.all;
    this.cells.className = this.levels.length === 1 ? this.form : this.all === 32 ? "cells" : "cells sites";
    this.cells.replaceChildren(...level.blocks.map((block, i) => this.button(block, i)));
    this.cells.setAttribute("aria-label", (this.levels.length === 1 ? this.title : this.textOf(level)) + ", " + level.blocks.length +
      " cells. The arrow keys move" + (last ? "" : ", Enter zooms in") + (this.levels.length > 1 ? ", Escape zooms out." : "."));
    this.cells.children[index].tabIndex = 0;
    this.here.textContent = last ? "Each cell is one address." : "Each cell is a /" + level.blocks[0].bits + ". Select one to zoom in.";
    this.path.hidden = this.levels.length === 1;
    this.path.replaceChildren(...this.levels.map((at, i) => this.step(at, i)));
  }

  step(level, i) {
    const item = document.createElement("li");
    const current = i === this.levels.length - 1;
    const part = document.createElement(current ? "span" : "button");
    part.textContent = i === 0 ? this.title : this.textOf(level);
    if (current) part.setAttribute("aria-current", "location");
    else {
      part.type = "button";
      part.addEventListener("click", () => this.back(i));
    }
    item.append(part);
    return item;
  }

  /* The blocks into which a block is divided: of IPv4 all 256; of IPv6 only those in use, and only where they differ. */
  divide(block) {
    let { span, bits } = block;
    for (;;) {
      bits += 8;
      const step = 1n << BigInt(this.all - bits);
      const blocks = [];
      for (let first = span[0]; first <= span[1]; first += step) blocks.push({ span: [first, first + step - 1n], bits });
      if (this.all === 32) return blocks;
      const used = blocks.filter((at) => this.ranges.some((range) => range.kind && meet(range.span, at.span)));
      if (used.length !== 1 || bits >= 120 || this.ranges.some((range) => range.kind && holds(range.span, used[0].span)))
        return used.length ? used : blocks.slice(0, 1);
      span = used[0].span;
    }
  }

  zoom(index) {
    const level = this.levels[this.levels.length - 1];
    const block = level.blocks[index];
    if (block.bits === this.all || (this.all === 128 && this.ranges.some((range) => range.kind && holds(range.span, block.span)))) return;
    level.index = index;
    this.levels.push({ ...block, blocks: this.divide(block) });
    this.draw(0);
    (Array.from(this.cells.children).find((cell) => cell.dataset.used !== "0") || this.cells.children[0]).focus();
  }

  back(to) {
    this.levels.length = to + 1;
    this.draw(this.levels[to].index);
    this.cells.children[this.levels[to].index].focus();
  }

  key(event) {
    const at = Array.from(this.cells.children).indexOf(document.activeElement);
    const columns = getComputedStyle(this.cells).gridTemplateColumns.split(" ").length;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -at, End: this.cells.children.length - 1 - at };
    if (event.key === "Escape" && this.levels.length > 1) this.back(this.levels.length - 2);
    else if (!(event.key in steps)) return;
    const next = this.cells.children[at + steps[event.key]];
    if (next && next !== document.activeElement && event.key !== "Escape") next.focus();
    event.preventDefault();
  }
}

for (const cells of document.querySelectorAll(".cells")) new Area(cells);
