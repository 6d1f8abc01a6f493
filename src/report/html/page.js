"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  if (!data.charts.length) return;
  const NS = "http://www.w3.org/2000/svg";
  const WIDE = 1000, HIGH = 260, LEFT = 78, RIGHT = 30, TOP = 10, BOTTOM = 26;
  const CALM = ["#0072b2", "#7e8aa0", "#56b4e9", "#9689c4", "#009e73", "#a0a8b8", "#5f6f89", "#b3a04a", "#4f7cac", "#8c7a6b"];
  const BAD = ["#d1440c", "#e98c54", "#b02e6a"];
  let view = data.over.slice();
  const charts = [];

  const node = (name, attributes, parent) => {
    const made = document.createElementNS(NS, name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (parent) parent.appendChild(made);
    return made;
  };
  const html = (name, parent, text) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    parent.appendChild(made);
    return made;
  };
  const bytes = v => {
    const steps = ["B", "KiB", "MiB", "GiB", "TiB"];
    let i = 0;
    while (Math.abs(v) >= 1024 && i < steps.length - 1) { v /= 1024; i += 1; }
    return (i && Math.abs(v) < 100 ? v.toFixed(1) : Math.round(v)) + " " + steps[i];
  };
  const seconds = v => v >= 1 ? +v.toFixed(2) + " s" : v >= 1e-3 ? +(v * 1e3).toFixed(1) + " ms" : Math.round(v * 1e6) + " µs";
  const count = v => Math.abs(v) < 10 && v % 1 ? v.toFixed(1) : Math.round(v).toLocaleString("en");
  const show = { bytes, seconds, count, ratio: v => (v * 100).toFixed(1) + " %" };
  const clock = t => t >= 7200 ? +(t / 3600).toFixed(2) + " h" : t >= 120 ? +(t / 60).toFixed(1) + " min" : +t.toFixed(1) + " s";
  const step = (span, want, base) => {
    const rough = span / want;
    if (base === 2) return Math.pow(2, Math.ceil(Math.log2(rough)));
    const ten = Math.pow(10, Math.floor(Math.log10(rough)));
    return [1, 2, 5, 10].map(n => n * ten).find(n => n >= rough);
  };
  const x = t => LEFT + (t - view[0]) / (view[1] - view[0]) * (WIDE - LEFT - RIGHT);
  const moment = px => view[0] + (px - LEFT) / (WIDE - LEFT - RIGHT) * (view[1] - view[0]);

  // the reading at or before a moment; none where the line has a gap
  const at = (line, t) => {
    for (const piece of line.pieces) {
      if (t < piece[0] || t > piece[piece.length - 2]) continue;
      let low = 0, high = piece.length / 2 - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (piece[2 * middle] <= t) low = middle; else high = middle - 1;
      }
      return piece[2 * low + 1];
    }
    return null;
  };

  const draw = chart => {
    const svg = chart.svg;
    svg.textContent = "";
    const clip = node("clipPath", { id: "plot" + charts.indexOf(chart) }, svg);
    node("rect", { x: LEFT, y: 0, width: WIDE - LEFT - RIGHT, height: HIGH }, clip);
    for (const [name, from, to] of data.phases) {
      const left = Math.max(x(from), LEFT), right = Math.min(x(to), WIDE - RIGHT);
      if (right <= left) continue;
      if (name !== "steady")
        node("rect", { x: left, y: TOP, width: right - left, height: HIGH - TOP - BOTTOM, fill: name === "warmup" ? "var(--warmup)" : "var(--idle)" }, svg);
      if (right - left > 60) node("text", { x: left + 4, y: TOP + 12 }, svg).textContent = name;
    }
    let top = 0;
    for (const line of chart.lines) {
      if (!line.on) continue;
      for (const piece of line.pieces)
        for (let i = 0; i < piece.length; i += 2)
          if (piece[i] >= view[0] && piece[i] <= view[1]) top = Math.max(top, piece[i + 1]);
    }
    top = top > 0 ? top * 1.08 : 1;
    const y = v => HIGH - BOTTOM - v / top * (HIGH - TOP - BOTTOM);
    const rise = step(top, 5, chart.unit === "bytes" ? 2 : 10);
    for (let v = 0; v <= top; v += rise) {
      node("line", { x1: LEFT, x2: WIDE - RIGHT, y1: y(v), y2: y(v), stroke: "var(--line)", "stroke-width": 1 }, svg);
      node("text", { x: LEFT - 8, y: y(v) + 4, "text-anchor": "end" }, svg).textContent = show[chart.unit](v);
    }
    const span = view[1] - view[0], wide = step(span, 8, 10);
    for (let t = Math.ceil(view[0] / wide) * wide; t <= view[1]; t += wide)
      node("text", { x: x(t), y: HIGH - 8, "text-anchor": "middle" }, svg).textContent = clock(t);
    for (const line of chart.lines) {
      if (!line.on) continue;
      for (const piece of line.pieces) {
        let path = "";
        for (let i = 0; i < piece.length; i += 2) {
          const next = piece[Math.min(i + 2, piece.length - 2)], before = piece[Math.max(i - 2, 0)];
          if (next < view[0] || before > view[1]) continue;
          path += (path ? "L" : "M") + x(piece[i]).toFixed(1) + " " + y(piece[i + 1]).toFixed(1);
        }
        node("path", { d: path || "M0 0", fill: "none", stroke: line.colour, "stroke-width": line.bad ? 2.5 : 1.6, "clip-path": "url(#" + clip.id + ")" }, svg);
      }
    }
    chart.cursor = node("line", { y1: TOP, y2: HIGH - BOTTOM, stroke: "var(--muted)", "stroke-width": 1, visibility: "hidden" }, svg);
    chart.band = node("rect", { y: TOP, height: HIGH - TOP - BOTTOM, fill: "var(--open)", opacity: .2, visibility: "hidden" }, svg);
  };
  const all = () => charts.forEach(draw);

  const hover = t => {
    for (const chart of charts) {
      const inside = t !== null && t >= view[0] && t <= view[1];
      chart.cursor.setAttribute("visibility", inside ? "visible" : "hidden");
      if (!inside) { chart.readout.textContent = " "; continue; }
      chart.cursor.setAttribute("x1", x(t));
      chart.cursor.setAttribute("x2", x(t));
      const told = chart.lines.filter(l => l.on).map(l => [l.name, at(l, t)]).filter(([, v]) => v !== null);
      chart.readout.textContent = clock(t) + " · " + told.map(([name, v]) => name + " " + show[chart.unit](v)).join(" · ");
    }
  };

  const place = document.getElementById("charts");
  document.querySelector(".hint").hidden = false;
  for (const made of data.charts) {
    const chart = { ...made };
    const box = html("div", place);
    box.className = "chart";
    html("h3", box, chart.title);
    chart.svg = node("svg", { viewBox: "0 0 " + WIDE + " " + HIGH, role: "img" }, box);
    chart.readout = html("div", box, " ");
    chart.readout.className = "readout muted";
    let calm = 0, bad = 0;
    const legend = html("ul", box);
    legend.className = "legend";
    for (const line of chart.lines) {
      line.colour = line.bad ? BAD[bad++ % BAD.length] : CALM[calm++ % CALM.length];
      const button = html("button", html("li", legend));
      button.type = "button";
      html("i", button).style.background = line.colour;
      button.append(line.name);
      const mark = () => { button.className = line.on ? "" : "off"; button.setAttribute("aria-pressed", line.on); };
      button.addEventListener("click", () => { line.on = !line.on; mark(); draw(chart); });
      mark();
    }
    let from = null;
    const pixel = event => {
      const box = chart.svg.getBoundingClientRect();
      return Math.min(Math.max((event.clientX - box.left) / box.width * WIDE, LEFT), WIDE - RIGHT);
    };
    chart.svg.addEventListener("pointerdown", event => { from = pixel(event); chart.svg.setPointerCapture(event.pointerId); });
    chart.svg.addEventListener("pointermove", event => {
      const px = pixel(event);
      hover(moment(px));
      if (from === null) return;
      chart.band.setAttribute("x", Math.min(from, px));
      chart.band.setAttribute("width", Math.abs(px - from));
      chart.band.setAttribute("visibility", "visible");
    });
    chart.svg.addEventListener("pointerup", event => {
      const px = pixel(event), start = from;
      from = null;
      if (start !== null && Math.abs(px - start) > 8) {
        const edges = [moment(Math.min(start, px)), moment(Math.max(start, px))];
        view = edges;
      }
      all();
    });
    chart.svg.addEventListener("pointerleave", () => hover(null));
    chart.svg.addEventListener("dblclick", () => { view = data.over.slice(); all(); });
    charts.push(chart);
  }
  document.getElementById("picture").style.display = "none";
  all();
})();
