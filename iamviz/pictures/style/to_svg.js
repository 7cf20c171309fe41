// What a browser has laid out, as one SVG of plain boxes, lines and texts. Runs once, when a picture is saved.
(() => {
  const NS = "http://www.w3.org/2000/svg";
  const out = document.createElementNS(NS, "svg");
  const box = document.body.getBoundingClientRect();
  const pen = document.createElement("canvas").getContext("2d");
  const clear = colour => colour === "rgba(0, 0, 0, 0)" || colour === "transparent";
  const add = (name, attributes, parent = out) => {
    const made = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) if (value !== "" && value != null) made.setAttribute(key, value);
    return parent.appendChild(made);
  };
  const round = value => Math.round(value * 100) / 100;

  function boxes(element, style) {
    const r = element.getBoundingClientRect();
    const radius = parseFloat(style.borderTopLeftRadius) || 0;
    const sides = ["Top", "Right", "Bottom", "Left"].map(side => ({
      width: style[`border${side}Style`] === "none" ? 0 : parseFloat(style[`border${side}Width`]),
      colour: style[`border${side}Color`], kind: style[`border${side}Style`],
    }));
    const same = sides.every(s => s.width === sides[0].width && s.colour === sides[0].colour) && sides[0].width > 0;
    const dashes = s => s.kind === "dotted" ? `0.1 ${s.width * 2}` : s.kind === "dashed" ? `${s.width * 3} ${s.width * 2}` : null;
    const cap = s => s.kind === "dotted" ? "round" : null;
    if (!clear(style.backgroundColor) && element !== document.body)
      add("rect", { x: round(r.x), y: round(r.y), width: round(r.width), height: round(r.height), rx: radius ? Math.min(radius, r.height / 2) : null, fill: style.backgroundColor });
    if (same && !clear(sides[0].colour)) {
      const w = sides[0].width;
      add("rect", { x: round(r.x + w / 2), y: round(r.y + w / 2), width: round(r.width - w), height: round(r.height - w), rx: radius ? Math.min(radius, r.height / 2) : null,
        fill: "none", stroke: sides[0].colour, "stroke-width": w, "stroke-dasharray": dashes(sides[0]), "stroke-linecap": cap(sides[0]) });
      return;
    }
    const [top, right, bottom, left] = sides;
    for (const [s, x1, y1, x2, y2] of [
      [top, r.left, r.top + top.width / 2, r.right, r.top + top.width / 2], [right, r.right - right.width / 2, r.top, r.right - right.width / 2, r.bottom],
      [bottom, r.left, r.bottom - bottom.width / 2, r.right, r.bottom - bottom.width / 2], [left, r.left + left.width / 2, r.top, r.left + left.width / 2, r.bottom]])
      if (s.width && !clear(s.colour)) add("line", { x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2), stroke: s.colour, "stroke-width": s.width, "stroke-dasharray": dashes(s), "stroke-linecap": cap(s) });
    const edge = /(rgba?\([^)]*\)) (\d+(?:\.\d+)?)px 0px 0px 0px inset/.exec(style.boxShadow);
    if (edge) add("rect", { x: round(r.x), y: round(r.y), width: edge[2], height: round(r.height), fill: edge[1] });
  }

  function words(node, style, decoration) {
    const range = document.createRange(), lines = [];
    for (const match of node.data.matchAll(/\S+\s*/g)) {
      // A long word may itself be broken: it is measured letter by letter where it spans lines.
      range.setStart(node, match.index); range.setEnd(node, match.index + match[0].trimEnd().length);
      const cut = range.getClientRects().length > 1 ? [...match[0]].map((letter, i, all) => [match.index + all.slice(0, i).join("").length, letter]) : [[match.index, match[0]]];
      for (const [start, text] of cut) {
        range.setStart(node, start); range.setEnd(node, start + (text.trimEnd().length || text.length));
        const r = range.getBoundingClientRect();
        if (!r.width) continue;
        const last = lines[lines.length - 1];
        if (last && Math.abs(last.top - r.top) < 2) { last.text += text; last.right = r.right; }
        else lines.push({ text, left: r.left, right: r.right, top: r.top, height: r.height });
      }
    }
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const measured = pen.measureText("x");
    const mono = /mono|Menlo|Consolas/.test(style.fontFamily);
    for (const line of lines) {
      const rise = (line.height - measured.fontBoundingBoxAscent - measured.fontBoundingBoxDescent) / 2 + measured.fontBoundingBoxAscent;
      add("text", { x: round(line.left), y: round(line.top + rise), "font-size": parseFloat(style.fontSize), "font-weight": +style.fontWeight >= 600 ? "bold" : null,
        "font-style": style.fontStyle === "italic" ? "italic" : null, "font-family": mono ? "Menlo, Consolas, monospace" : null, fill: style.color,
        "text-decoration": decoration || null, "xml:space": "preserve", textLength: round(line.right - line.left), lengthAdjust: "spacingAndGlyphs" }).textContent = line.text.trimEnd();
    }
  }

  const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "font-size", "font-weight", "text-anchor", "fill-rule"];
  const PLAIN = { fill: "rgb(0, 0, 0)", stroke: "none", "stroke-dasharray": "none", "stroke-linecap": "butt", "stroke-linejoin": "miter", opacity: "1", "text-anchor": "start", "fill-rule": "nonzero" };
  const LENGTHS = ["x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "width", "height"];
  function drawing(source, parent, place = "") {
    const style = getComputedStyle(source);
    if (style.display === "none") return;
    // A drawing in a drawing becomes a group: not every program knows the other form.
    const nested = source.tagName === "svg";
    const copy = nested ? document.createElementNS(NS, "g") : source.cloneNode(false);
    if (nested) {
      const view = source.viewBox.baseVal, grown = view && view.width ? source.width.baseVal.value / view.width : 1;
      const at = `translate(${round(source.x.baseVal.value)} ${round(source.y.baseVal.value)})`;
      copy.setAttribute("transform", place || (grown === 1 ? at : `${at} scale(${grown})`));
    }
    else for (const name of LENGTHS) if ((source.getAttribute(name) || "").endsWith("%")) copy.setAttribute(name, round(source[name].baseVal.value));
    for (const name of ["class", "style", "role", "aria-label", "aria-hidden", "tabindex"]) copy.removeAttribute(name);
    if (source.tagName !== "title") for (const name of KEPT) {
      const value = style.getPropertyValue(name);
      if (value === PLAIN[name] && !copy.hasAttribute(name)) continue;
      if (name.startsWith("font") && source.tagName !== "text" && source.tagName !== "tspan") continue;
      copy.setAttribute(name, name === "font-weight" ? (+value >= 600 ? "bold" : "normal") : name.endsWith("width") || name === "font-size" ? parseFloat(value) : value);
    }
    // A halo becomes a text of its own below: not every program draws the stroke first.
    if (source.tagName === "text") {
      if (style.paintOrder.startsWith("stroke") && style.stroke !== "none" && !source.children.length) {
        const below = copy.cloneNode(false);
        below.textContent = source.textContent;
        below.setAttribute("fill", style.stroke);
        parent.appendChild(below);
      }
      for (const name of ["stroke", "stroke-width", "stroke-linejoin"]) copy.removeAttribute(name);
    }
    parent.appendChild(copy);
    for (const child of source.childNodes) {
      if (child.nodeType === 3) copy.appendChild(child.cloneNode());
      else if (child.nodeType === 1) drawing(child, copy);
    }
  }
  function svg(element, style) {
    const r = element.getBoundingClientRect(), view = element.viewBox.baseVal;
    const turned = style.transform !== "none";
    const [wide, tall] = turned ? [element.clientWidth, element.clientHeight] : [r.width, r.height];
    let place = turned ? `translate(${round(r.x + r.width / 2)} ${round(r.y + r.height / 2)}) ${style.transform} translate(${round(-wide / 2)} ${round(-tall / 2)})`
      : `translate(${round(r.x)} ${round(r.y)})`;
    if (view && view.width) place += ` scale(${wide / view.width} ${tall / view.height}) translate(${round(-view.x)} ${round(-view.y)})`;
    drawing(element, out, place);
  }

  function walk(element, decoration) {
    const style = getComputedStyle(element);
    if (style.display === "none" || style.visibility === "hidden" || style.clipPath !== "none" || style.opacity === "0") return;
    if (element.tagName === "STYLE" || element.tagName === "SCRIPT" || element.tagName === "INPUT") return;
    if (element.tagName === "svg") { svg(element, style); return; }
    // The lines between rows lie over what tints the cells.
    if (element.tagName !== "TR") boxes(element, style);
    const line = style.textDecorationLine === "none" ? decoration : style.textDecorationLine;
    for (const child of element.childNodes) {
      if (child.nodeType === 3) { if (child.data.trim()) words(child, style, line); }
      else if (child.nodeType === 1) walk(child, line);
    }
    if (element.tagName === "TR") boxes(element, style);
  }
  walk(document.body, "");
  const label = document.querySelector("[aria-label]");
  for (const [key, value] of Object.entries({ id: "iv-saved", xmlns: NS, width: round(box.width), height: round(box.height), viewBox: `0 0 ${round(box.width)} ${round(box.height)}`, "font-family": "Inter, Helvetica, Arial, sans-serif", fill: "none" })) out.setAttribute(key, value);
  document.body.replaceChildren(out);
})();
