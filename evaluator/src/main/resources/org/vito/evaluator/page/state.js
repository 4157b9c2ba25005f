"use strict";
/* What the server has told: one snapshot, then changes put into it. */
class State {
  constructor() { this.runs = new Map(); this.scores = new Map(); this.stages = []; this.decisions = []; this.dead = []; this.deadTotal = 0; this.reasons = {}; }

  snapshot(s) {
    this.instance = s.instance;
    this.readingHistory = s.readingHistory;
    this.kafka = s.kafka;
    this.counts = s.counts;
    this.runs = new Map(s.runs.map(r => [r.state.run, r]));
    this.scores = new Map(s.scores.map(x => [State.key(x), x]));
    this.stages = s.stages;
    this.decisions = s.decisions;
    this.dead = s.deadLetters.newest;
    this.deadTotal = s.deadLetters.total;
    this.reasons = s.deadLetters.byReason;
    this.skew = s.now - Date.now();
  }

  /* Returns the names of what has changed. */
  change(c) {
    const changed = new Set();
    this.skew = c.now - Date.now();
    if (c.readingHistory !== this.readingHistory) { this.readingHistory = c.readingHistory; changed.add("words"); }
    if (c.kafka) { this.kafka = c.kafka; changed.add("words"); }
    if (c.counts) { this.counts = c.counts; changed.add("run"); }
    for (const r of c.runs || []) {
      const known = this.runs.get(r.state.run) || { curve: [] };
      known.state = r.state;
      if (r.curve) {
        const from = r.curve.from;
        known.curve = (from === undefined ? [] : known.curve.filter(p => p.start < from)).concat(r.curve.points);
        changed.add("curve");
      }
      this.runs.set(r.state.run, known);
      changed.add("run");
    }
    if (this.runs.size > 8) this.runs.delete([...this.runs.values()].sort((a, b) => heard(a) - heard(b))[0].state.run);
    for (const s of c.scores || []) { this.scores.set(State.key(s), s); changed.add("scores"); }
    if (c.stages) { this.stages = c.stages; changed.add("stages"); }
    if (c.decisions) {
      const videos = new Set(c.decisions.map(d => d.video));
      this.decisions = c.decisions.concat(this.decisions.filter(d => !videos.has(d.video))).sort((a, b) => b.atMs - a.atMs).slice(0, 60);
      changed.add("decisions");
    }
    if (c.deadLetters) {
      this.dead = c.deadLetters.newest.concat(this.dead).slice(0, 1000);
      this.deadTotal = c.deadLetters.total;
      this.reasons = c.deadLetters.byReason;
      changed.add("dead");
    }
    return changed;
  }

  newestRun() { return [...this.runs.values()].sort((a, b) => heard(b) - heard(a))[0]; }
  static key(s) { return JSON.stringify([s.run, s.step, s.task, s.dataSet]); }
}

function heard(run) { return Math.max(run.state.atMs, run.state.checkpointAtMs); }
