"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  // a browser that prints closed details as closed has them opened for it
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(d => { d.open = true; }));
  if (!data.charts.length) return;
  const NS = "http://www.w3.org/2000/svg";
  const LEFT = 66, RIGHT = 14, HEAD = 20, BOTTOM = 24, ROW = 15;
  let view = data.over.slice();
  const charts = [];

  const node = (name, attributes, parent, text) => {
    const made = document.createElementNS(NS, name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (text !== undefined) made.textContent = text;
    parent.appendChild(made);
    return made;
  };
  const html = (name, parent, text) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    parent.appendChild(made);
    return made;
  };

  // values
  const bytes = v => {
    const steps = ["B", "KiB", "MiB", "GiB", "TiB"];
    let i = 0;
    while (Math.abs(v) >= 1024 && i < steps.length - 1) { v /= 1024; i += 1; }
    return (i && Math.abs(v) < 100 ? v.toFixed(1) : Math.round(v)) + " " + steps[i];
  };
  const digits = v => v < 10 ? +v.toPrecision(2) : Math.round(v);
  // to as many digits as in every table
  const seconds = v => v >= .9995 ? digits(v) + " s" : v >= 1e-3 ? digits(v * 1e3) + " ms" : digits(v * 1e6) + " µs";
  const exactly = v => v >= 1 ? +v.toFixed(2) + " s" : v >= 1e-3 ? +(v * 1e3).toFixed(1) + " ms" : Math.round(v * 1e6) + " µs";
  const count = v => Math.abs(v) < 10 && v % 1 ? v.toFixed(1) : Math.round(v).toLocaleString("en");
  const signed = shown => v => String(shown(v)).replace(/^-/, "−");
  const show = { bytes: signed(bytes), seconds, count: signed(count), ratio: v => (v * 100).toFixed(1) + " %" };
  const mark = (unit, v) => v === 0 ? "0" : unit === "seconds" ? exactly(v) : show[unit](v).replace(/\.0 /, " ");
  const rate = v => (+v.toFixed(1)).toLocaleString("en");

  // time
  const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
  const clock = t => {
    const at = UNITS.findIndex(([, size]) => t >= size);
    if (at < 0 || t < 120) return +t.toFixed(1) + " s";
    const [[name, size], [below, part]] = [UNITS[at], UNITS[at + 1]];
    const rest = Math.round(t % size / part);
    return Math.floor(t / size) + " " + name + (rest ? " " + rest + " " + below : "");
  };
  const ticks = (from, to, most) => {
    const step = STEPS.find(s => (to - from) / s <= most) || Math.ceil((to - from) / most / 86400) * 86400;
    const made = [];
    for (let i = Math.ceil(from / step); i * step <= to; i += 1) made.push(i * step);
    return made;
  };
  const rise = (span, most, unit) => {
    const rough = span / most;
    if (unit === "bytes") return Math.pow(2, Math.ceil(Math.log2(rough)));
    const ten = Math.pow(10, Math.floor(Math.log10(rough)));
    const made = [1, 2, 5, 10].map(n => n * ten).find(n => n >= rough);
    return unit === "count" ? Math.max(made, 1) : made;
  };

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
  // the last reading up to a moment, however long ago
  const last = (line, t) => {
    const piece = line.pieces.filter(p => p[0] <= t).pop();
    return piece ? at({ pieces: [piece] }, Math.min(piece[piece.length - 2], t)) : null;
  };

  // the row of a stack at or before a moment: the moment, then the upper edge of each area
  const rowAt = (stack, t) => {
    const wide = stack.areas.length + 1;
    let found = null;
    for (const piece of stack.pieces)
      for (let i = 0; i < piece.length && piece[i] <= t; i += wide) found = piece.slice(i, i + wide);
    return found;
  };

  // the reading nearest to a moment, moment and values: what is read as steady ends comes a little after it
  const nearest = (pieces, wide, t) => {
    let found = null;
    for (const piece of pieces)
      for (let i = 0; i < piece.length; i += wide)
        if (!found || Math.abs(piece[i] - t) < Math.abs(found[0] - t)) found = piece.slice(i, i + wide);
    return found;
  };

  // what the legend says: at a moment, or else where steady ends, as the tables do
  const steady = data.phases.filter(([name]) => name === "steady").pop();
  const showValues = (chart, t) => {
    const end = steady && view[0] < steady[2] && steady[2] <= view[1] ? steady[2] : view[1];
    const whose = steady && end === steady[2] ? "the end of steady" : "the end";
    // of what is summed up over steady, that
    const whole = t === null && view[0] === data.over[0] && view[1] === data.over[1];
    const summed = whole && chart.lines.some(line => line.over_steady !== null);
    chart.when.textContent = summed ? "over steady" : "at " + (t === null ? whose : clock(t));
    for (const line of chart.lines) {
      // where steady ends the next phase begins
      const tabled = steady && end === steady[2] ? line.end : null;
      const before = () => last(line, end - (view[1] - view[0]) * 1e-4);
      const ended = () => chart.stack ? (nearest(line.pieces, 2, end) || [])[1] ?? null : before();
      const over = whole && line.over_steady !== null;
      const value = over ? line.over_steady : t !== null ? at(line, t) : tabled ?? ended();
      const written = over && chart.unit === "count" ? rate : show[chart.unit];
      line.value.textContent = tabled !== null && t === null && line.change || (value === null ? "–" : written(value));
    }
    if (!chart.stack) return;
    const row = t === null ? nearest(chart.stack.pieces, chart.stack.areas.length + 1, end) : rowAt(chart.stack, t);
    chart.stack.areas.forEach((area, i) => {
      const tabled = t === null && steady && end === steady[2] ? area.end : null;
      if (area.value) area.value.textContent = tabled !== null ? area.change || show[chart.unit](tabled) : row ? show[chart.unit](row[i + 1] - (i ? row[i] : 0)) : "–";
    });
  };

  const draw = chart => {
    const svg = chart.svg;
    // what happened is named above the first chart, a row each as far as there is room
    const named = chart === charts[0] ? data.marks.filter(m => m.at >= view[0] && m.at <= view[1]).slice(0, 4) : [];
    const wide = chart.wide = Math.max(svg.clientWidth || 1000, 240), high = (wide < 600 ? 200 : 250) * (chart === charts[0] ? 1.25 : chart.stack || chart.fit ? 1 : 0.7) + ROW * named.length;
    const TOP = HEAD + ROW * named.length;
    const right = wide - RIGHT, floor = high - BOTTOM;
    svg.setAttribute("viewBox", "0 0 " + wide + " " + high);
    svg.style.height = high + "px";
    svg.textContent = "";
    const x = chart.x = t => LEFT + (t - view[0]) / (view[1] - view[0]) * (right - LEFT);
    chart.moment = px => view[0] + (Math.min(Math.max(px, LEFT), right) - LEFT) / (right - LEFT) * (view[1] - view[0]);
    const clip = node("clipPath", { id: "plot" + charts.indexOf(chart) }, svg);
    node("rect", { x: LEFT, y: TOP - 2, width: right - LEFT, height: floor - TOP + 4 }, clip);
    for (const [name, from, to] of data.phases) {
      const left = Math.max(x(from), LEFT), end = Math.min(x(to), right);
      if (end <= left) continue;
      if (name !== "steady")
        node("rect", { x: left, y: TOP, width: end - left, height: floor - TOP, fill: name === "warmup" ? "var(--warmup)" : "var(--idle)" }, svg);
      if (end - left > 6.6 * name.length) node("text", { x: left + 3, y: TOP - 6 }, svg, name);
    }
    let top = 0, low = Infinity;
    for (const line of chart.lines.filter(l => l.on))
      for (const piece of line.pieces)
        for (let i = 0; i < piece.length; i += 2)
          if (piece[i] >= view[0] && piece[i] <= view[1]) { top = Math.max(top, piece[i + 1]); low = Math.min(low, piece[i + 1]); }
    for (const piece of chart.stack ? chart.stack.pieces : [])
      for (let i = 0, wide = chart.stack.areas.length + 1; i < piece.length; i += wide)
        if (piece[i] >= view[0] && piece[i] <= view[1]) top = Math.max(top, piece[i + wide - 1]);
    // from zero a leak of little in much would be a flat line; the marks say where the axis begins
    const bad = chart.lines.some(l => l.on && l.bad) || chart.fit && chart.fit.bad;
    const foot = bad && top > low && top - low < 0.15 * top ? Math.max(low - (top - low) / 2, 0) : 0;
    if (chart.limit && chart.limit > foot && chart.limit <= foot + (top - foot) * 1.6) top = Math.max(top, chart.limit);
    top = top > foot ? foot + (top - foot) * 1.08 : foot + 1;
    const y = v => floor - (v - foot) / (top - foot) * (floor - TOP);
    const step = rise(top - foot, 5, chart.unit);
    if (low < Infinity) for (let v = Math.ceil(foot / step) * step; v <= top; v += step) {
      node("line", { x1: LEFT, x2: right, y1: y(v), y2: y(v), stroke: "var(--line)", "stroke-width": 1 }, svg);
      node("text", { x: LEFT - 7, y: y(v) + 4, "text-anchor": "end" }, svg, mark(chart.unit, v));
    }
    for (const t of ticks(view[0], view[1], Math.floor((right - LEFT) / 110))) {
      const end = x(t) > right - 25;
      node("text", { x: end ? right : x(t), y: high - 7, "text-anchor": end ? "end" : "middle" }, svg, t ? clock(t) : "0");
    }
    const inside = { "clip-path": "url(#" + clip.id + ")" };
    const fit = chart.fit;
    // where no stack fills it: the area under the main line, and what it gained where that is wrong
    const whole = chart.stack && chart.stack.whole;
    for (const line of whole ? [] : chart.lines.filter(l => l.on && l.main))
      for (const piece of line.pieces) {
        const points = [];
        for (let i = 0; i < piece.length; i += 2) points.push([piece[i], piece[i + 1]]);
        const area = (points, base, fill) => {
          if (points.length < 2) return;
          const [from, to] = [x(points[0][0]), x(points[points.length - 1][0])];
          const edge = points.map(([t, v]) => x(t).toFixed(1) + " " + y(v).toFixed(1)).join("L");
          node("path", { d: "M" + from + " " + base + "L" + edge + "L" + to + " " + base + "Z", ...fill, ...inside }, svg);
        };
        area(points, floor, { fill: "var(--" + (line.bad && !fit ? "wrong" : "group1") + ")" });
        const level = fit && fit.bad ? fit.dots[0][1] : null;
        if (level !== null)
          area(points.filter(p => p[0] >= fit.dots[0][0]).map(([t, v]) => [t, Math.max(v, level)]), y(Math.max(level, foot)), { fill: "var(--wrong)", opacity: .4 });
      }
    // areas from the upper edge down, so that each covers what is below it
    for (let i = chart.stack ? chart.stack.areas.length : 0; i > 0; i -= 1) {
      const wide = chart.stack.areas.length + 1;
      for (const piece of chart.stack.pieces) {
        const edge = [];
        for (let at = 0; at < piece.length; at += wide) edge.push(x(piece[at]).toFixed(1) + " " + y(Math.max(piece[at + i], foot)).toFixed(1));
        const ends = [x(piece[0]), x(piece[piece.length - wide])].map(v => v.toFixed(1));
        const d = "M" + ends[0] + " " + floor + "L" + edge.join("L") + "L" + ends[1] + " " + floor + "Z";
        node("path", { d, fill: "var(--" + chart.stack.areas[i - 1].colour + ")", stroke: "var(--paper)", "stroke-width": .7, ...inside }, svg);
      }
    }
    if (fit && fit.band.length) {
      const low = fit.band.map(([t, v]) => x(t) + " " + y(v)), high = fit.band.map(([t, , v]) => x(t) + " " + y(v)).reverse();
      node("path", { d: "M" + low.concat(high).join("L") + "Z", fill: fit.bad && !whole ? "var(--bad)" : "var(--muted)", opacity: .22, ...inside }, svg);
    }
    for (const line of chart.lines) {
      if (!line.on) continue;
      for (const piece of line.pieces) {
        let path = "";
        for (let i = 0; i < piece.length; i += 2) {
          const next = piece[Math.min(i + 2, piece.length - 2)], before = piece[Math.max(i - 2, 0)];
          if (next < view[0] || before > view[1]) continue;
          path += (path ? "L" : "M") + x(piece[i]).toFixed(1) + " " + y(piece[i + 1]).toFixed(1);
        }
        if (path) node("path", { d: path, fill: "none", stroke: line.colour, "stroke-width": line.bad || line.main && fit ? 2.5 : 1.7, "stroke-linejoin": "round", ...inside }, svg);
      }
    }
    if (fit) {
      const colour = fit.bad ? "var(--bad)" : "var(--muted)";
      const drawn = node("g", inside, svg);
      for (const [stroke, wide] of fit.ends ? [["var(--paper)", 5], [fit.bad && !whole ? colour : "var(--muted)", 2.5]] : []) {
        const [[x1, y1], [x2, y2]] = fit.ends.map(([t, v]) => [x(t), y(v)]);
        node("line", { x1, y1, x2, y2, stroke, "stroke-width": wide }, drawn);
      }
      for (const [cx, cy] of fit.dots.map(([t, v]) => [x(t), y(v)]))
        node("circle", { cx, cy, r: 5, fill: fit.names_another ? "var(--ink)" : colour, stroke: "var(--paper)", "stroke-width": 2 }, drawn);
    }
    for (const t of chart.ticks) {
      if (t < view[0] || t > view[1]) continue;
      const tick = node("rect", { x: x(t) - 1, y: floor - 8, width: 2, height: 8, fill: "var(--muted)" }, svg);
      node("title", {}, tick, "soak asked for a collection");
    }
    if (chart.limit && chart.limit <= top)
      node("line", { x1: LEFT, x2: right, y1: y(chart.limit), y2: y(chart.limit), stroke: "var(--bad)", "stroke-width": 2, "stroke-dasharray": "12 9" }, svg);
    chart.foot.textContent = foot > 0 ? "The axis begins at " + show[chart.unit](foot) + "." : "";
    const brief = text => text.length > 40 ? text.slice(0, 40).replace(/\s+\S*$/, "") + " …" : text;
    for (const mark of data.marks) {
      const { at: t, text, bad } = mark, row = named.indexOf(mark);
      if (t < view[0] || t > view[1]) continue;
      const y1 = row < 0 ? TOP : ROW * row + 4;
      node("line", { x1: x(t), x2: x(t), y1, y2: floor, stroke: bad ? "var(--bad)" : "var(--muted)", "stroke-dasharray": "5 4" }, svg);
      const end = x(t) + 6.6 * brief(text).length > right;
      const place = { x: x(t) + (end ? -5 : 5), y: y1 + 9, "text-anchor": end ? "end" : "start", class: bad ? "mark bad" : "mark" };
      if (row >= 0) node("text", place, svg, brief(text));
    }
    chart.cursor = node("line", { y1: TOP, y2: floor, stroke: "var(--ink)", "stroke-width": 1, visibility: "hidden" }, svg);
    chart.band = node("rect", { y: TOP, height: floor - TOP, fill: "var(--open)", opacity: .25, visibility: "hidden" }, svg);
    chart.back.hidden = view[0] === data.over[0] && view[1] === data.over[1];
    showValues(chart, null);
  };
  const look = (from, to) => { view = [from, to]; charts.forEach(draw); };

  const hover = t => {
    for (const chart of charts) {
      chart.cursor.setAttribute("visibility", t === null ? "hidden" : "visible");
      if (t !== null) { chart.cursor.setAttribute("x1", chart.x(t)); chart.cursor.setAttribute("x2", chart.x(t)); }
      showValues(chart, t);
    }
  };

  const drag = chart => {
    const svg = chart.svg;
    let from = null;
    const pixel = event => event.clientX - svg.getBoundingClientRect().left;
    svg.addEventListener("pointerdown", event => { from = pixel(event); svg.setPointerCapture(event.pointerId); });
    svg.addEventListener("pointermove", event => {
      const px = pixel(event);
      hover(chart.moment(px));
      if (from === null) return;
      chart.band.setAttribute("x", Math.min(from, px));
      chart.band.setAttribute("width", Math.abs(px - from));
      chart.band.setAttribute("visibility", "visible");
    });
    svg.addEventListener("pointerup", event => {
      const ends = [from, pixel(event)];
      from = null;
      chart.band.setAttribute("visibility", "hidden");
      if (ends[0] === null || Math.abs(ends[1] - ends[0]) < 8) return;
      const [a, b] = ends.sort((a, b) => a - b).map(chart.moment);
      if (b > a) look(a, b);
    });
    svg.addEventListener("pointercancel", () => { from = null; chart.band.setAttribute("visibility", "hidden"); });
    svg.addEventListener("pointerleave", () => hover(null));
    svg.addEventListener("dblclick", () => look(...data.over));
  };

  const place = document.getElementById("charts");
  document.querySelector(".hint").hidden = false;
  document.getElementById("picture").style.display = "none";
  for (const made of data.charts) {
    const chart = { ...made };
    const box = html("div", place);
    box.className = "chart";
    const head = html("header", box);
    html("h3", head, chart.title);
    for (const [text, bad] of chart.notes) html("span", head, text).className = bad ? "note bad" : "note";
    chart.when = html("span", head);
    chart.when.className = "when muted";
    chart.back = html("button", head, "show the whole run");
    chart.back.type = "button";
    chart.back.className = "back";
    chart.back.addEventListener("click", () => look(...data.over));
    chart.svg = node("svg", { role: "img", "aria-label": chart.title + " over time" }, box);
    const legend = html("ul", box);
    legend.className = "legend";
    const entry = (name, of, colour) => {
      const made = html(name, html("li", legend));
      const swatch = html("i", made);
      swatch.style.background = swatch.style.borderColor = colour;
      const label = html("span", made, of.name);
      if (of.bad) label.className = "bad";
      if (of.main) label.className += " main";
      if (of.file_name) html("small", label, " " + of.file_name);
      of.value = html("b", made);
      return made;
    };
    let calm = 0, bad = 0;
    const add = line => {
      line.colour = line.main && (chart.fit || !line.bad) ? "var(--ink)" : line.bad ? "var(--bad" + bad++ % 4 + ")" : "var(--calm" + calm++ % 10 + ")";
      const button = entry("button", line, line.colour);
      button.type = "button";
      const press = () => { button.className = line.on ? "" : "off"; button.setAttribute("aria-pressed", line.on); };
      button.addEventListener("click", () => { line.on = !line.on; press(); draw(chart); });
      press();
    };
    // from the top down, as they are drawn; what is hidden comes last
    chart.lines.filter(line => line.on).forEach(add);
    const held = i => chart.stack.pieces.some(piece => {
      for (let at = 0, wide = chart.stack.areas.length + 1; at < piece.length; at += wide)
        if (piece[at + i + 1] > (i ? piece[at + i] : 0)) return true;
      return false;
    });
    const areas = chart.stack ? chart.stack.areas.filter((_, i) => held(i)).reverse() : [];
    for (const area of areas) entry("div", area, "var(--" + area.colour + ")");
    chart.lines.filter(line => !line.on).forEach(add);
    chart.foot = html("p", box);
    chart.foot.className = "foot muted";
    charts.push(chart);
    drag(chart);
  }
  charts.forEach(draw);
  // a window, a turned phone or a scroll bar that comes; drawn in a frame of its own, since drawing changes heights
  const fit = () => charts.forEach(chart => { if (chart.svg.clientWidth && chart.svg.clientWidth !== chart.wide) draw(chart); });
  new ResizeObserver(() => requestAnimationFrame(fit)).observe(place);
})();
