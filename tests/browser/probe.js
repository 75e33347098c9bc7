/* Defines window.probe. check.py runs this in the page through the debugger, which the page's policy does not affect. */
(() => {
  const numbers = (color) => (color.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
  const luminance = (color) => {
    const parts = numbers(color).slice(0, 3).map((part) => {
      const s = part / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const ratio = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      const alpha = numbers(color)[3];
      if (alpha === undefined || alpha === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const named = (element) => {
    const label = element.tagName.toLowerCase() + (element.id ? "#" + element.id : "") +
      (element.className && element.className.baseVal === undefined ? "." + element.className : "");
    return label.slice(0, 60);
  };
  const texts = (table) => Array.from(table.querySelectorAll("tr"), (row) =>
    Array.from(row.cells, (cell) => cell.innerText.replace(/\s+/g, " ").trim()));

  window.probe = {
    /* The texts of the cells, row by row, beginning with the head. */
    rows: (selector) => Array.from(document.querySelectorAll(selector)).flatMap(texts),

    /* Text with too little contrast to its background (WCAG 2.2, 1.4.3: 4.5 to 1). */
    faint: () => {
      const found = new Set();
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const parent = node.parentElement;
        if (!node.data.trim() || /^(script|style|title)$/i.test(parent.tagName) || !parent.checkVisibility()) continue;
        const style = getComputedStyle(parent);
        const drawn = parent.tagName === "text";
        const fore = drawn ? style.fill : style.color;
        const back = drawn ? getComputedStyle(parent.parentElement.querySelector("rect")).fill : behind(parent);
        const contrast = ratio(fore, back);
        if (contrast < 4.5) found.add(named(parent) + " " + fore + " on " + back + ": " + contrast.toFixed(2));
      }
      /* What the style adds: the number of a cell, and its sign. */
      for (const cell of document.querySelectorAll(".cells > *"))
        for (const part of ["::before", "::after"]) {
          const style = getComputedStyle(cell, part);
          if (style.content !== "none" && ratio(style.color, behind(cell)) < 4.5)
            found.add(named(cell) + part + " " + style.color + " on " + behind(cell));
        }
      return Array.from(found);
    },

    /* Elements that are wider than the window, except for those in a frame that scrolls. */
    overflow: () => {
      const width = document.documentElement.clientWidth;
      const found = [];
      if (document.documentElement.scrollWidth > width) found.push("the page is " + document.documentElement.scrollWidth + " wide");
      for (const element of document.body.querySelectorAll("*")) {
        if (element.closest(".scroll, pre, svg, .skip, .hidden") && !element.matches(".scroll, pre")) continue;
        if (!element.checkVisibility()) continue;
        const box = element.getBoundingClientRect();
        if (box.right > width + 0.5 || box.left < -0.5) found.push(named(element) + " from " + box.left + " to " + box.right);
      }
      return found.slice(0, 5);
    },

    /* The element that has the focus, and whether that is visible. */
    focus: () => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      return {
        what: named(element),
        text: (element.innerText || element.getAttribute("aria-label") || "").trim().slice(0, 40),
        role: element.getAttribute("role") || "",
        outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        contrast: ratio(style.outlineColor, behind(element.parentElement)),
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      };
    },

    /* Elements that no generated page contains, which prove that a name was interpreted as markup. */
    strangers: () => Array.from(document.querySelectorAll("img, iframe, object, embed, link, form, b, i, u, [onclick], [onload], " +
      "[onerror], [onfocus], [onmouseover], [autofocus], [style], [srcdoc], a[href]:not([href^='#'])"), (e) => e.outerHTML.slice(0, 80))
      .concat(document.querySelectorAll("script").length === 1 ? [] : ["scripts"],
        document.querySelectorAll("style").length === 1 ? [] : ["styles"],
        window.hit === undefined ? [] : ["window.hit is " + window.hit]),

    /* Duplicate ids, and references to ids that do not exist. */
    ids: () => {
      const all = Array.from(document.querySelectorAll("[id]"), (e) => e.id);
      const known = new Set(all);
      const lost = [];
      for (const name of ["aria-labelledby", "for", "data-table"])
        for (const e of document.querySelectorAll("[" + name + "]"))
          if (!known.has(e.getAttribute(name))) lost.push(name + "=" + e.getAttribute(name));
      for (const e of document.querySelectorAll("a[href^='#']"))
        if (!known.has(e.getAttribute("href").slice(1))) lost.push("href " + e.getAttribute("href"));
      return lost.concat(all.filter((id, i) => all.indexOf(id) !== i));
    },

    /* The cells of the area with this title: [class, name for a screen reader, letter]. */
    cells: (title) => {
      const area = Array.from(document.querySelectorAll(".area")).find((at) => at.querySelector("h3").textContent === title);
      return area ? Array.from(area.querySelectorAll(".cells > *"), (cell) =>
        [cell.className, cell.getAttribute("aria-label") || cell.title, cell.textContent.trim()]) : [];
    },

    /* Elements that react to a click, and have no name. */
    nameless: () => Array.from(document.querySelectorAll("a, button, input, summary, [tabindex='0']")).filter((element) => {
      const label = element.getAttribute("aria-label") || document.getElementById(element.getAttribute("aria-labelledby"))?.textContent ||
        document.querySelector("label[for='" + element.id + "']")?.textContent || element.textContent;
      return !label.trim();
    }).map(named),

    /* The parts of the answer that are not visible without scrolling. */
    below: () => ["#verdict", "#network dl > div:first-child", "#findings h2", "#network h2"].filter((selector) => {
      const box = document.querySelector(selector).getBoundingClientRect();
      return box.bottom > innerHeight || box.top < 0;
    }),

    /* The number of visible rows of a table. */
    shown: (id) => Array.from(document.querySelectorAll("#" + id + " tbody tr")).filter((row) => row.checkVisibility()).length,
  };
})();
