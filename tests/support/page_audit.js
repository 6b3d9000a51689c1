/**
 * What is wrong with the page for people who do not see it, or not well, as sentences; none is good.
 * Runs inside the browser, as it is: see page_audit.ts.
 */
(() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const describe = (element) =>
    `<${element.localName} class="${element.className}"> "${
      element.textContent.trim().slice(0, 40)
    }"`;

  function auditStructure() {
    if (document.documentElement.lang === "") faults.push("the page has no language");
    if (document.title === "") faults.push("the page has no title");
    for (const landmark of ["h1", "main"]) {
      const found = all(landmark).length;
      if (found !== 1) faults.push(`the page has ${found} ${landmark} elements`);
    }
    if (all("body header").length === 0) faults.push("the page has no header");
    let level = 0;
    for (const heading of all("h1, h2, h3, h4, h5, h6")) {
      // The headings inside of posts are their authors'.
      if (heading.closest(".prose") !== null) continue;
      const own = Number(heading.localName.slice(1));
      if (own > level + 1) faults.push(`${describe(heading)} follows a heading of level ${level}`);
      level = own;
    }
    const ids = all("[id]").map((element) => element.id);
    for (const id of new Set(ids)) {
      if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`#${id} is there twice`);
    }
    for (const link of all('a[href^="#"]')) {
      const id = link.getAttribute("href").slice(1);
      if (!ids.includes(id)) faults.push(`${describe(link)} leads to #${id}, which is nowhere`);
    }
  }

  function auditNames() {
    for (const image of all("img:not([alt])")) faults.push(`${describe(image)} has no alt`);
    for (const control of all("input, select, textarea")) {
      if (control.labels.length === 0) faults.push(`${describe(control)} has no label`);
    }
    for (const element of all("a, button, summary, audio, video")) {
      const name = element.textContent.trim() || element.getAttribute("aria-label");
      if (!name) faults.push(`${describe(element)} has no name`);
    }
  }

  function auditWidth() {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) {
      faults.push(`the page is ${scrollWidth} px wide in a window of ${clientWidth} px`);
    }
  }

  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const colours = new Map();

  /** Any CSS colour as red, green, blue and alpha, from 0 to 255, the way the browser shows it. */
  function colourOf(css) {
    if (!colours.has(css)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = css;
      pen.fillRect(0, 0, 1, 1);
      colours.set(css, [...pen.getImageData(0, 0, 1, 1).data]);
    }
    return colours.get(css);
  }

  /** The colour of the nearest ancestor that has one. Half-transparent ones are a fault. */
  function backgroundOf(element) {
    for (let place = element; place !== null; place = place.parentElement) {
      const colour = colourOf(getComputedStyle(place).backgroundColor);
      if (colour[3] === 255) return colour;
      if (colour[3] !== 0) faults.push(`${describe(place)} is half transparent`);
    }
    return colourOf("Canvas");
  }

  /** WCAG 2.2, "relative luminance". */
  function luminance(colour) {
    const [red, green, blue] = colour.slice(0, 3).map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function checkContrast(element, css) {
    const [dark, light] = [luminance(colourOf(css)), luminance(backgroundOf(element))].sort();
    const ratio = (light + 0.05) / (dark + 0.05);
    // WCAG 2.2, success criterion 1.4.3, level AA, for text of any size.
    if (ratio < 4.5) faults.push(`${describe(element)} has a contrast of ${ratio.toFixed(2)}`);
  }

  function auditContrast() {
    for (const element of all("body, body *")) {
      const hasText = [...element.childNodes].some((node) =>
        node.nodeType === Node.TEXT_NODE && node.data.trim() !== ""
      );
      if (hasText) checkContrast(element, getComputedStyle(element).color);
      if (element.placeholder) {
        checkContrast(element, getComputedStyle(element, "::placeholder").color);
      }
    }
  }

  auditStructure();
  auditNames();
  auditWidth();
  for (const name of document.documentElement.className === "" ? [""] : "0123456789abcdef") {
    if (name !== "") document.documentElement.className = `hue-${name}`;
    auditContrast();
  }
  return [...new Set(faults)];
})();
