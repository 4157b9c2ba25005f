"use strict";
/* A line chart on a canvas: axes with round numbers, a hover read-out, sharp on any display. It draws what it is given:
   chart.show({ lines: [...], right: {...} }). A line is { points: [[x, y, low?, high?]], colour, width, dots, dashed,
   best: index }; lines with right: true are read on the right axis. */
class Chart {
  constructor(figure, options) {
    this.figure = figure;
    this.canvas = figure.querySelector("canvas");
    this.tip = figure.querySelector(".tip");
    this.empty = figure.querySelector(".empty");
    this.options = options;
    this.lines = [];
    this.pending = false;
    this.hover = null;
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    this.canvas.addEventListener("pointermove", e => this.point(e.clientX - this.canvas.getBoundingClientRect().left));
    this.canvas.addEventListener("pointerdown", e => this.point(e.clientX - this.canvas.getBoundingClientRect().left));
    this.canvas.addEventListener("pointerleave", () => this.leave());
    this.canvas.addEventListener("blur", () => this.leave());
    this.canvas.addEventListener("keydown", e => this.key(e));
  }

  show(lines) {
    this.lines = lines;
    const points = lines.reduce((n, l) => n + l.points.length, 0);
    this.figure.dataset.points = points;
    this.empty.hidden = points > 0;
    this.redraw();
  }

  redraw() {
    if (!this.pending) {
      this.pending = true;
      requestAnimationFrame(() => { this.pending = false; this.draw(); });
    }
  }

  draw() {
    const width = this.canvas.clientWidth, height = this.canvas.clientHeight, scale = window.devicePixelRatio || 1;
    if (!width || !height) return;
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(height * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(height * scale);
    }
    const g = this.canvas.getContext("2d");
    g.setTransform(scale, 0, 0, scale, 0, 0);
    g.clearRect(0, 0, width, height);
    const css = getComputedStyle(this.canvas);
    this.colour = name => css.getPropertyValue("--" + name).trim();
    const left = this.lines.filter(l => !l.right), right = this.lines.filter(l => l.right && l.points.length);
    this.box = { x: 46, y: 10, w: width - 46 - (right.length ? 56 : 14), h: height - 10 - 24 };
    const xs = this.range(this.lines, p => [p[0]], false);
    if (!xs) { this.axes = null; return; }
    this.axes = { x: this.axis(xs, this.box.w / 90, true), y: this.axis(this.range(left, values, true) || [0, 1], this.box.h / 46, false) };
    if (right.length) this.axes.r = this.axis(this.rightRange(right), this.box.h / 46, false);
    g.font = "11px " + css.fontFamily;
    this.grid(g);
    for (const line of this.lines) this.band(g, line);
    for (const line of this.lines) this.line(g, line);
    this.cursor(g);
  }

  rightRange(lines) {
    const range = this.range(lines, p => [p[1]], false);
    return [Math.min(0, range[0]), range[1] || 1];
  }

  range(lines, of, padded) {
    let low = Infinity, high = -Infinity;
    for (const line of lines) for (const p of line.points) for (const v of of(p)) {
      if (v < low) low = v;
      if (v > high) high = v;
    }
    if (low > high) return null;
    if (padded) {
      const pad = (high - low) * 0.06 || Math.abs(high) * 0.05 || 0.5;
      low = this.options.floor !== undefined ? Math.max(this.options.floor, low - pad) : low - pad;
      high = this.options.ceiling !== undefined ? Math.min(this.options.ceiling, high + pad) : high + pad;
      if (low >= high) { low -= 0.5; high += 0.5; }
    }
    return [low, high];
  }

  axis([low, high], wanted, whole) {
    if (low === high) { high = low + 1; if (!whole) low -= 1; }
    const rough = (high - low) / Math.max(2, wanted), power = Math.pow(10, Math.floor(Math.log10(rough)));
    let step = [1, 2, 2.5, 5, 10].map(f => f * power).find(s => s >= rough) || 10 * power;
    if (whole) step = Math.max(1, Math.round(step));
    const ticks = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(i * step || 0);
    return { low, high, step, ticks };
  }

  px(x) { const a = this.axes.x; return this.box.x + (x - a.low) / (a.high - a.low) * this.box.w; }
  py(y, right) { const a = right ? this.axes.r : this.axes.y; return this.box.y + (1 - (y - a.low) / (a.high - a.low)) * this.box.h; }

  grid(g) {
    const b = this.box, crisp = v => Math.round(v) + 0.5;
    g.lineWidth = 1;
    g.strokeStyle = this.colour("grid");
    g.fillStyle = this.colour("muted");
    g.textBaseline = "middle";
    g.textAlign = "right";
    for (const t of this.axes.y.ticks) {
      const y = crisp(this.py(t));
      g.beginPath(); g.moveTo(b.x, y); g.lineTo(b.x + b.w, y); g.stroke();
      g.fillText(this.options.y(t, this.axes.y.step), b.x - 8, y);
    }
    if (this.axes.r) {
      g.textAlign = "left";
      for (const t of this.axes.r.ticks) g.fillText(this.options.right(t), b.x + b.w + 8, this.py(t, true));
    }
    g.textBaseline = "top";
    for (const t of this.axes.x.ticks) {
      const x = this.px(t), label = this.options.x(t), half = g.measureText(label).width / 2;
      g.textAlign = "left";
      g.fillText(label, Math.min(Math.max(x - half, 0), b.x + b.w + 12 - 2 * half), b.y + b.h + 8);
    }
    g.strokeStyle = this.colour("line");
    g.beginPath(); g.moveTo(b.x, crisp(b.y + b.h)); g.lineTo(b.x + b.w, crisp(b.y + b.h)); g.stroke();
  }

  band(g, line) {
    const points = line.points.filter(p => p.length > 3);
    if (points.length < 2 || !line.band) return;
    g.fillStyle = this.colour(line.colour);
    g.globalAlpha = line.band;
    g.beginPath();
    points.forEach((p, i) => i ? g.lineTo(this.px(p[0]), this.py(p[3])) : g.moveTo(this.px(p[0]), this.py(p[3])));
    for (let i = points.length - 1; i >= 0; i--) g.lineTo(this.px(points[i][0]), this.py(points[i][2]));
    g.closePath(); g.fill();
    g.globalAlpha = 1;
  }

  line(g, line) {
    const colour = this.colour(line.colour);
    g.strokeStyle = colour;
    g.fillStyle = colour;
    g.lineWidth = line.width || 1.75;
    g.lineJoin = "round";
    g.setLineDash(line.dashed ? [5, 4] : []);
    g.globalAlpha = line.alpha || 1;
    g.beginPath();
    line.points.forEach((p, i) => i ? g.lineTo(this.px(p[0]), this.py(p[1], line.right)) : g.moveTo(this.px(p[0]), this.py(p[1], line.right)));
    g.stroke();
    g.setLineDash([]);
    g.globalAlpha = 1;
    if (line.dots || line.points.length === 1) {
      const size = line.points.length > 80 ? 1.5 : 2.75;
      for (const p of line.points) { g.beginPath(); g.arc(this.px(p[0]), this.py(p[1], line.right), size, 0, 7); g.fill(); }
    }
    if (line.best !== undefined && line.points[line.best]) {
      const p = line.points[line.best];
      g.lineWidth = 2;
      g.beginPath(); g.arc(this.px(p[0]), this.py(p[1]), 6, 0, 7); g.fillStyle = this.colour("card"); g.fill(); g.stroke();
      g.fillStyle = colour;
      g.beginPath(); g.arc(this.px(p[0]), this.py(p[1]), 2.5, 0, 7); g.fill();
    }
  }

  point(at) {
    if (!this.axes) return;
    const a = this.axes.x, x = a.low + (at - this.box.x) / this.box.w * (a.high - a.low);
    let near = null;
    for (const line of this.lines) if (!line.mute) for (const p of line.points)
      if (near === null || Math.abs(p[0] - x) < Math.abs(near - x)) near = p[0];
    this.hover = near;
    this.redraw();
  }

  key(e) {
    if (!this.axes || (e.key !== "ArrowLeft" && e.key !== "ArrowRight")) return;
    e.preventDefault();
    const xs = [...new Set(this.lines.filter(l => !l.mute).flatMap(l => l.points.map(p => p[0])))].sort((p, q) => p - q);
    const i = this.hover === null ? xs.length : xs.indexOf(this.hover);
    this.hover = xs[Math.max(0, Math.min(xs.length - 1, i + (e.key === "ArrowLeft" ? -1 : 1)))];
    this.redraw();
  }

  leave() { this.hover = null; this.redraw(); }

  cursor(g) {
    const rows = this.hover === null ? [] : this.lines.filter(l => !l.mute).map(l => [l, l.points.find(p => p[0] === this.hover)]).filter(r => r[1]);
    this.tip.hidden = rows.length === 0;
    if (!rows.length) return;
    const x = this.px(this.hover);
    g.strokeStyle = this.colour("muted");
    g.lineWidth = 1;
    g.globalAlpha = .5;
    g.beginPath(); g.moveTo(Math.round(x) + .5, this.box.y); g.lineTo(Math.round(x) + .5, this.box.y + this.box.h); g.stroke();
    g.globalAlpha = 1;
    this.tip.replaceChildren(make("b", this.options.title(this.hover)), ...rows.flatMap(([l, p]) => {
      g.fillStyle = this.colour(l.colour);
      g.beginPath(); g.arc(x, this.py(p[1], l.right), 3.5, 0, 7); g.fill();
      return this.options.rows(l, p).map(([name, value]) => make("div", make("span", name), make("span", value)));
    }));
    const w = this.tip.offsetWidth, room = this.canvas.clientWidth;
    this.tip.style.transform = `translate(${Math.max(0, x + 14 + w > room ? x - 14 - w : x + 14)}px, ${this.box.y + 4}px)`;
  }
}

function values(p) { return p.length > 3 ? [p[1], p[2], p[3]] : [p[1]]; }

/* An element with text or elements in it; text is never read as HTML. */
function make(tag, ...children) {
  const element = document.createElement(tag);
  element.append(...children.map(c => c instanceof Node ? c : String(c)));
  return element;
}
