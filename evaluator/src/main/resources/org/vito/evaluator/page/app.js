"use strict";
const $ = id => document.getElementById(id);
const text = (id, value) => { const e = $(id); if (e.textContent !== value) e.textContent = value; };
const STAGES = ["ingest", "curate", "decode", "augment", "learn", "evaluate"];
const WAITING = {
  ingest: "waiting for the first video", curate: "waiting for a stored video", decode: "waiting for an accepted video",
  augment: "waiting for the first clip", learn: "waiting for the first batch", evaluate: "waiting for the first checkpoint"
};
const ROWS = 300;

/* Numbers for people. */
const grouped = n => Math.round(n).toLocaleString("en-GB");
const short = n => n < 10000 ? grouped(n) : n < 1e6 ? (n / 1e3).toFixed(n < 1e5 ? 1 : 0) + " k" : (n / 1e6).toFixed(n < 1e7 ? 2 : 1) + " M";
const rate = n => n === 0 ? "0" : n < 10 ? n.toFixed(n < 1 ? 2 : 1) : short(n);
const bytes = n => n >= 2 ** 30 ? (n / 2 ** 30).toFixed(1) + " GiB" : Math.round(n / 2 ** 20) + " MiB";
const size = n => n < 1024 ? Math.round(n) + " B" : n < 2 ** 20 ? (n / 1024).toFixed(n < 10240 ? 1 : 0) + " KiB" : n < 2 ** 30 ? (n / 2 ** 20).toFixed(1) + " MiB" : bytes(n);
const percent = v => (100 * v).toFixed(1) + " %";
const lossText = v => v === undefined ? "–" : v >= 100 ? v.toFixed(1) : v.toFixed(v >= 10 ? 2 : 3);
const rateText = v => v === 0 ? "0" : v < 0.001 || v >= 1000 ? v.toExponential(1).replace("e+", "e") : String(+v.toPrecision(3));
function span(seconds) {
  if (!isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 60) return Math.round(seconds) + " s";
  if (seconds < 600) return Math.floor(seconds / 60) + ":" + String(Math.floor(seconds % 60)).padStart(2, "0") + " min";
  if (seconds < 3600) return Math.floor(seconds / 60) + " min";
  if (seconds < 172800) return Math.floor(seconds / 3600) + " h " + Math.floor(seconds % 3600 / 60) + " min";
  return Math.floor(seconds / 86400) + " d " + Math.floor(seconds % 86400 / 3600) + " h";
}
const took = s => s ? s < 10 ? s.toFixed(1) + " s" : span(s) : "";
const now = () => Date.now() + (state.skew || 0);
const when = ms => ms ? new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }) : "";
const ago = ms => span(Math.max(0, (now() - ms) / 1000)) + " ago";

const state = new State();
let chosen = null; /* a run picked by hand */
const tenth = (v, step) => step >= 1 ? grouped(v) : v.toFixed(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
const lossChart = new Chart($("loss-chart"), {
  x: short, y: tenth, right: rateText, title: x => "Step " + grouped(x),
  rows: (line, p) => line.right ? [["learning rate", rateText(p[1])]] : [["loss", lossText(p[1])], ...(p[3] > p[2] ? [["least to greatest", lossText(p[2]) + " – " + lossText(p[3])]] : [])]
});
const scoreChart = new Chart($("score-chart"), {
  x: short, y: (v, step) => (100 * v).toFixed(step < 0.01 - 1e-9 ? 1 : 0) + " %", floor: 0, ceiling: 1, title: x => "Step " + grouped(x),
  rows: (line, p) => [[line.name, percent(p[1])]]
});

function run() { return (chosen !== null && state.runs.get(chosen)) || state.newestRun(); }
const leadName = s => s.metrics.top1 !== undefined ? "top1" : Object.keys(s.metrics)[0];
const lead = s => s.metrics[leadName(s)];

function paintWords() {
  const down = state.kafka && !state.kafka.up;
  $("notice").hidden = !down;
  if (down) text("notice", "Kafka does not answer, so this page stands still: " + state.kafka.trouble);
  text("instance", state.instance || "");
}

function paintRuns() {
  const names = [...state.runs.values()].sort((a, b) => heard(b) - heard(a)).map(r => r.state.run), select = $("run");
  $("run-pick").hidden = names.length < 2;
  if ([...select.options].map(o => o.value).join("\n") !== names.join("\n")) {
    select.replaceChildren(...names.map(n => { const o = make("option", n); o.value = n; return o; }));
  }
  if (run()) select.value = run().state.run;
}

function paintRun() {
  paintRuns();
  const c = state.counts || {}, r = run(), s = r && r.state;
  text("count-accepted", c.accepted === undefined ? "–" : short(c.accepted));
  text("count-videos", c.stored === undefined ? "" : `accepted of ${short(c.stored)}` + (c.rejected ? `, ${short(c.rejected)} turned down` : ""));
  text("count-clips", !(c.clipsInTopic >= 0) ? "–" : c.clipsInTopic ? "≤ " + short(c.clipsInTopic) : "0");
  text("count-learned", s && s.clipsConsumed ? short(s.clipsConsumed) + " learned from" : "");
  text("run-name", s ? s.run : "–");
  const steps = s && s.step > 0;
  text("run-step", steps ? grouped(s.step) : "–");
  text("run-total", steps && s.totalSteps ? "of " + grouped(s.totalSteps) + (s.epoch ? ", epoch " + s.epoch : "") : "");
  text("run-loss", steps ? (s.loss === undefined ? "not finite" : lossText(s.loss)) : "–");
  text("run-loss-note", s && s.notFinite ? grouped(s.notFinite) + " not finite" : steps ? "learning rate " + rateText(s.learningRate) : "");
  const left = steps && s.totalSteps ? (s.totalSteps - s.step) * s.stepMs / 1000 : NaN, done = steps && s.totalSteps && s.step >= s.totalSteps;
  text("run-left", done ? "done" : span(left));
  text("run-speed", steps ? `${rate(s.stepMs)} ms a step, ${rate(s.viewsPerSecond)} views/s` : "");
  text("run-stalled", steps ? percent(s.stalledShare) : "–");
  $("run-progress").style.width = steps && s.totalSteps ? Math.min(100, 100 * s.step / s.totalSteps) + "%" : "0";
  text("run-words", runWords(s, steps, done));
}

function runWords(s, steps, done) {
  if (!state.counts) return "asking the server …";
  if (state.readingHistory && !steps) return "reading what happened before …";
  if (!steps) {
    const c = state.counts || {};
    if (!c.stored) return "waiting for the first video …";
    if (!c.accepted) return "waiting for the first accepted video …";
    return c.clipsInTopic > 0 ? "waiting for the first step …" : "waiting for the first clip …";
  }
  const checkpoint = s.checkpointStep === undefined ? "no checkpoint yet" : `checkpoint ${grouped(s.checkpointStep)} saved ${ago(s.checkpointAtMs)}`;
  if (done) return "trained to the end; " + checkpoint;
  const silent = (now() - s.atMs) / 1000;
  if (silent > Math.max(15, 10 * s.stepMs / 1000)) return `no step for ${span(silent)}; ${checkpoint}`;
  return (s.stalledShare > 0.5 ? "training, mostly waiting for clips; " : "training; ") + checkpoint;
}

function paintStages() {
  const byStage = new Map(STAGES.map(name => [name, []]));
  for (const s of state.stages) byStage.set(s.stage, [...(byStage.get(s.stage) || []), s]);
  const list = $("stages");
  for (const [name, reports] of byStage) {
    let item = list.querySelector(`[data-stage="${CSS.escape(name)}"]`);
    if (!item) {
      item = make("li", make("h3", make("i"), make("span", name), make("span")), make("div"), make("dl"), make("div", make("i")));
      item.className = "stage";
      item.dataset.stage = name;
      item.children[0].lastChild.className = "muted";
      item.children[1].className = "rate";
      item.children[3].className = "fill";
      list.append(item);
    }
    paintStage(item, name, reports);
  }
  for (const item of [...list.children]) if (!byStage.has(item.dataset.stage)) item.remove();
  const resident = new Map(state.stages.map(s => [s.instance, s.residentBytes]));
  const sum = [...resident.values()].reduce((a, b) => a + b, 0);
  text("memory", sum ? `${bytes(sum)} resident in ${resident.size} process${resident.size > 1 ? "es" : ""}` : "");
}

function paintStage(item, name, reports) {
  const [head, speed, facts, fill] = item.children, sum = f => reports.reduce((n, r) => n + f(r), 0);
  if (!reports.length) {
    item.dataset.health = "off";
    head.lastChild.textContent = "";
    speed.replaceChildren(make("small", state.counts ? "not running" : "…"));
    facts.replaceChildren();
    fill.hidden = true;
    return;
  }
  const perSecond = sum(r => r.perSecond), passed = sum(r => r.passed), failed = sum(r => r.failed);
  const queued = sum(r => r.queued), capacity = sum(r => r.capacity), lag = Math.max(...reports.map(r => r.lag));
  item.dataset.health = perSecond > 0 ? "busy" : "idle";
  head.lastChild.textContent = reports.length > 1 ? "× " + reports.length : "";
  speed.replaceChildren(...(passed || perSecond ? [rate(perSecond) + " ", make("small", reports[0].unit + "/s")] : [make("small", WAITING[name] || "waiting")]));
  const rows = [[reports[0].unit, short(passed)], ["queue", capacity ? `${grouped(queued)} of ${grouped(capacity)}` : grouped(queued)]];
  rows.push(["lag", lag < 0 ? "–" : short(lag)], ["failed", short(failed), failed > 0]);
  const resident = new Map(reports.map(r => [r.instance, r.residentBytes]));
  const memory = [...resident.values()].reduce((a, b) => a + b, 0);
  if (memory) rows.push(["memory", bytes(memory)]);
  facts.replaceChildren(...rows.flatMap(([k, v, bad]) => { const dd = make("dd", v); dd.className = bad ? "bad" : ""; return [make("dt", k), dd]; }));
  fill.hidden = !capacity;
  fill.firstChild.style.width = capacity ? Math.min(100, 100 * queued / capacity) + "%" : "0";
}

/* What sources bring, all processes together: the one that runs a source tells its state, those that fetch for it the rest. */
function paintSources() {
  const all = new Map();
  for (const s of state.stages.flatMap(stage => stage.sources || [])) {
    const sum = all.get(s.name) || { state: "", detail: "", submitted: 0, stored: 0, refused: 0, receivedBytes: 0, bytesPerSecond: 0 };
    for (const key of ["submitted", "stored", "refused", "receivedBytes", "bytesPerSecond"]) sum[key] += s[key];
    all.set(s.name, { ...sum, state: s.state || sum.state, detail: s.detail || sum.detail });
  }
  $("sources-box").hidden = all.size === 0;
  $("sources").tBodies[0].replaceChildren(...[...all].map(([name, s]) => {
    const cells = [name || "submissions", s.state, grouped(s.submitted), grouped(s.stored), grouped(s.refused), size(s.receivedBytes), size(s.bytesPerSecond) + "/s", s.detail];
    const row = make("tr", ...cells.map(value => make("td", value)));
    for (const i of [2, 3, 4, 5, 6]) row.children[i].className = "n";
    row.dataset.source = name;
    row.children[0].className = "subject";
    row.children[0].title = name;
    row.children[7].className = "words";
    if (s.refused) row.children[4].classList.add("bad");
    return row;
  }));
  const notes = state.stages.filter(s => s.note).map(s => make("li", s.stage + ": " + s.note));
  $("stage-notes").hidden = notes.length === 0;
  $("stage-notes").replaceChildren(...notes);
}

function paintCurve() {
  const r = run(), curve = (r && r.curve) || [], mid = p => p.first === p.last ? p.first : Math.round((p.first + p.last) / 2);
  lossChart.show([
    { points: curve.map(p => [mid(p), p.rate]), right: true, colour: "rate", width: 1.5, alpha: .75 },
    { points: curve.map(p => [mid(p), p.mean, p.least, p.greatest]), colour: "accent", band: .2, width: 1.75 }
  ]);
  const body = $("loss-table").tBodies[0];
  if ($("loss-table").closest("details").open) {
    body.replaceChildren(...curve.slice(-ROWS).reverse().map(p => make("tr",
      make("td", p.first === p.last ? grouped(p.first) : grouped(p.first) + " – " + grouped(p.last)),
      make("td", lossText(p.mean)), make("td", lossText(p.least)), make("td", lossText(p.greatest)), make("td", rateText(p.rate)))));
  }
}

/* The lines of the score chart: one a task and data set, in a steady order. */
function scoreLines() {
  const r = run(), lines = new Map();
  for (const s of state.scores.values()) {
    if ((r && s.run !== r.state.run) || s.state !== "SCORED" || lead(s) === undefined) continue;
    const name = s.task + " · " + s.dataSet;
    if (!lines.has(name)) lines.set(name, []);
    lines.get(name).push([s.step, lead(s), s]);
  }
  return [...lines].sort((a, b) => a[0] < b[0] ? -1 : 1).map(([name, points], i) => {
    points.sort((a, b) => a[0] - b[0]);
    let best = 0;
    points.forEach((p, at) => { if (p[1] > points[best][1]) best = at; });
    return { name, colour: "s" + i % 8, dots: true, best, points: points.map(p => [p[0], p[1]]), from: points };
  });
}

function paintScores() {
  const lines = scoreLines(), shown = [...lines], best = new Set(), baselines = [];
  for (const line of lines) {
    best.add(line.from[line.best][2]);
    const untrained = line.points[0][0] === 0 && line.points[0];
    if (untrained && line.points.length > 1) {
      shown.push({ mute: true, dashed: true, width: 1.25, alpha: .8, colour: line.colour, points: [[0, untrained[1]], [line.points.at(-1)[0], untrained[1]]] });
      baselines.push(line);
    }
  }
  scoreChart.show(shown);
  $("score-legend").replaceChildren(...lines.map((l, i) => { const li = make("li", l.name); li.className = "k" + i % 8; return li; }));
  text("score-note", lines.length ? (lines.every(l => leadName(l.from[0][2]) === "top1") ? "Top-1 accuracy" : "What each task measures first") + "; ringed: the best" + (baselines.length ? "; dashed: the untrained network" : "") : "");
  const r = run(), all = [...state.scores.values()].filter(s => !r || s.run === r.state.run)
    .sort((a, b) => b.step - a.step || (a.dataSet + a.task < b.dataSet + b.task ? -1 : 1));
  $("scores").tBodies[0].replaceChildren(...all.slice(0, ROWS).map(s => scoreRow(s, best.has(s))));
  $("scores").hidden = all.length === 0;
  $("scores-empty").hidden = all.length > 0;
  text("scores-empty", !state.counts ? "…" : state.stages.some(s => s.stage === "evaluate") ? "waiting for the first checkpoint …" : "no evaluator is running");
  askPictures();
  const open = all.filter(s => s.state === "QUEUED" || s.state === "RUNNING").length;
  text("scores-note", all.length ? (open ? open + " to do" : "all scored") + (all.length > ROWS ? `; the newest ${ROWS} of ${grouped(all.length)}` : "") : "");
}

/* Pictures of checkpoints: asked for when scores change, at most once in three seconds; the newest of each kind is shown. */
const PICTURES = {
  neighbours: "nearest neighbours; framed green where the class is the same", attention: "where attention looks", masks: "masks carried on from the first frame",
  saliency: "where people look, and the network", "lost-accuracy": "accuracy lost to corruption"
};
let picturesAt = 0, picturesAsked = 0;
function askPictures() {
  if (picturesAsked) return;
  picturesAsked = setTimeout(async () => {
    picturesAsked = 0;
    picturesAt = Date.now();
    const name = run() && run().state.run;
    if (!name) return;
    try {
      const answer = await fetch("api/pictures?run=" + encodeURIComponent(name));
      if (answer.ok && run() && run().state.run === name) paintPictures(name, await answer.json());
    } catch (e) { /* asked again with the next score */ }
  }, Math.max(0, picturesAt + 3000 - Date.now()));
}

function paintPictures(name, all) {
  const newest = new Map();
  for (const p of all) { const key = p.dataSet + "/" + p.name; if (!newest.has(key)) newest.set(key, p); }
  $("pictures-card").hidden = newest.size === 0;
  const shown = new Map([...$("pictures").children].map(f => [f.dataset.source, f]));
  $("pictures").replaceChildren(...[...newest].sort((a, b) => a[0] < b[0] ? -1 : 1).map(([, p]) => {
    const source = ["pictures", name, p.step, p.dataSet, p.name + ".png"].map(encodeURIComponent).join("/");
    return shown.get(source) || pictureFigure(source, p);
  }));
}

function pictureFigure(source, p) {
  const image = make("img"), link = make("a", image), figure = make("figure", link, make("figcaption", `${p.dataSet}, step ${grouped(p.step)}: ${PICTURES[p.name] || p.name}`));
  image.src = source;
  image.loading = "lazy";
  image.alt = PICTURES[p.name] || p.name;
  link.href = source;
  link.target = "_blank";
  link.rel = "noopener";
  figure.dataset.source = source;
  figure.dataset.name = p.name;
  return figure;
}

function scoreRow(s, best) {
  const row = make("tr"), m = s.metrics, cell = (value, kind) => { const td = make("td", value); td.className = kind || ""; row.append(td); return td; };
  row.dataset.task = s.task;
  row.dataset.set = s.dataSet;
  row.dataset.step = s.step;
  row.className = best ? "best" : "";
  cell(grouped(s.step) + (s.step === 0 ? " (untrained)" : ""));
  cell(s.dataSet);
  cell(s.task);
  const value = s.state === "SCORED" && lead(s) !== undefined;
  const measure = value ? leadName(s) : "";
  cell(measure);
  cell(value ? percent(lead(s)) + (best ? " ★" : "") : "", "n value value-cell");
  cell(value && m[measure + ".low"] !== undefined ? (100 * m[measure + ".low"]).toFixed(1) + " – " + (100 * m[measure + ".high"]).toFixed(1) : "", "n");
  cell(value && m.top5 !== undefined ? percent(m.top5) : "", "n");
  const told = make("span", s.state.toLowerCase());
  told.className = "state";
  told.dataset.state = s.state;
  const where = cell(told);
  if (s.reason) { const why = make("span", s.reason); why.className = "reason"; where.append(why); }
  cell(took(s.seconds), "n");
  cell(when(s.atMs), "n");
  return row;
}

/* One card a video, kept while it is shown, so that pictures are fetched once and nothing flickers. */
let decisionsShown = "all";
function paintDecisions() {
  const list = $("decisions"), cards = new Map([...list.children].map(card => [card.dataset.key, card]));
  const wanted = state.decisions.filter(d => decisionsShown === "all" || d.accepted === (decisionsShown === "accepted"));
  list.replaceChildren(...wanted.map(d => cards.get(decisionKey(d)) || decisionCard(d)));
  list.hidden = wanted.length === 0;
  $("decisions-empty").hidden = wanted.length > 0;
  text("decisions-empty", !state.counts ? "…" : state.decisions.length ? "none of the newest " + state.decisions.length
    : state.stages.some(s => s.stage === "curate") ? "waiting for a stored video …" : "no curation is running");
}

/* What curation misses: the newest report's account, as every process counts the same decisions. */
function paintMissing() {
  const told = state.stages.filter(s => s.stage === "curate").sort((a, b) => b.atMs - a.atMs)[0], missing = told && told.missing;
  $("missing").hidden = !missing;
  if (!missing) return;
  text("missing-total", grouped(missing.total) + (missing.total === 1 ? " video is" : " videos are") + " missing, most of:");
  $("missing-classes").replaceChildren(...missing.most.map(c => {
    const bar = make("i"), item = make("li", bar, make("b", c.name), ` ${grouped(c.accepted)} of ${grouped(c.target)}`);
    bar.style.width = Math.min(100, 100 * c.accepted / c.target) + "%";
    return item;
  }));
}

const decisionKey = d => d.video + "@" + d.atMs;
function decisionCard(d) {
  const frame = make("div"), title = make("b", d.title || d.video.slice(0, 16)), verdict = make("span", d.accepted ? "accepted" : "turned down");
  const category = make("span", d.category), why = make("p", d.reason), at = make("time", when(d.atMs));
  frame.className = "frame";
  if (d.picture) {
    const image = make("img");
    image.alt = "";
    image.loading = "lazy";
    image.onerror = () => image.remove();
    image.src = "thumbnails/" + encodeURIComponent(d.video) + "?at=" + d.atMs;
    frame.append(image);
  }
  title.title = (d.title ? d.title + "\n" : "") + d.video;
  verdict.className = "verdict";
  category.className = "category";
  why.title = d.reason + "\n" + d.curator;
  frame.append(at);
  const card = make("li", frame, make("div", verdict, category), title, why);
  card.dataset.key = decisionKey(d);
  card.dataset.video = d.video;
  card.dataset.accepted = d.accepted;
  return card;
}

function paintDead() {
  $("dead-letters").tBodies[0].replaceChildren(...state.dead.slice(0, ROWS).map(d => {
    const row = make("tr", make("td", d.stage), make("td", d.reason), make("td", d.subject), make("td", d.message), make("td", when(d.atMs)));
    row.dataset.reason = d.reason;
    row.children[1].className = "code";
    row.children[2].className = "subject";
    row.children[2].title = d.subject;
    row.children[3].className = "words";
    row.children[4].className = "n";
    return row;
  }));
  $("dead-letters").hidden = state.dead.length === 0;
  $("dead-empty").hidden = state.dead.length > 0;
  const reasons = Object.entries(state.reasons).sort((a, b) => b[1] - a[1]).slice(0, 8).map(([r, n]) => make("li", `${r} ${grouped(n)}`));
  $("dead-reasons").replaceChildren(...(state.deadTotal ? [make("li", grouped(state.deadTotal) + " in all")] : []), ...reasons);
}

/* Everything is painted at most once a frame, and only what changed. */
const painters = { words: paintWords, run: paintRun, stages: () => { paintStages(); paintSources(); paintMissing(); }, curve: paintCurve, scores: paintScores, decisions: paintDecisions, dead: paintDead };
const dirty = new Set();
function repaint(names) {
  if (dirty.size === 0 && [...names].length) requestAnimationFrame(() => {
    const todo = [...dirty];
    dirty.clear();
    for (const name of todo) painters[name]();
  });
  for (const name of names) dirty.add(name);
}
const everything = Object.keys(painters);

function link(stateName, words) { $("link").dataset.state = stateName; text("link-text", words); }

function listen() {
  const source = new EventSource("events");
  source.addEventListener("snapshot", e => { state.snapshot(JSON.parse(e.data)); link("live", "Live"); repaint(everything); });
  source.addEventListener("change", e => {
    const changed = state.change(JSON.parse(e.data));
    if (changed.has("run") && chosen === null && paintedRun !== (run() && run().state.run)) { changed.add("curve").add("scores"); }
    paintedRun = run() && run().state.run;
    repaint(changed);
  });
  source.onerror = () => {
    link("lost", "Reconnecting …");
    if (source.readyState === EventSource.CLOSED) { source.close(); setTimeout(listen, 2000); }
  };
}
let paintedRun = null;

$("run").addEventListener("change", e => { chosen = e.target.value; repaint(everything); });
$("curation-choice").addEventListener("click", e => {
  if (!e.target.dataset.show) return;
  decisionsShown = e.target.dataset.show;
  for (const b of $("curation-choice").children) b.setAttribute("aria-pressed", b === e.target);
  repaint(["decisions"]);
});
$("loss-table").closest("details").addEventListener("toggle", () => repaint(["curve"]));
setInterval(() => repaint(["run"]), 1000);
repaint(everything);
listen();
