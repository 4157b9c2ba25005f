"""Rates of the peers' ways to decode a video, which bench_decode.py has: what bench-peers runs.

  python decode_peers.py DIR CLIP sequential|sparse|clips SECONDS SAMPLES

DIR holds bench_decode.py. A line of JSON for each measurement, {"peer": ..., "rate": ..., "others": cores that other
programs used}: each peer is tried once, and those that may be the fastest are then measured SAMPLES times, taking turns. One
processor, the last, for all.
"""
import json
import os
import sys
import time

directory, clip, kind, seconds, samples = sys.argv[1:]
sys.path.insert(0, directory)
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import logging

import bench_decode as peer

WINDOWS = 20
WORTH_MORE = 0.8  # of the fastest at a first try; slower ones are told as they were then
START_SHARE = 0.02  # of a run of ffmpeg, at most about so much may be its start

peer.P.single_thread()
logging.getLogger("libav").setLevel(logging.CRITICAL)
made = peer.geometry(clip)
size = peer.short256(made["w"], made["h"])


def rate(work, least):
    """Results a second of work, repeated until it took long enough, and what others used meanwhile."""
    with peer.P.Noise() as noise:
        begin, total = time.perf_counter(), 0
        while True:
            total += work()
            took = time.perf_counter() - begin
            if took >= least:
                break
    return total / took, noise.others


def ffmpeg():
    """Its command, over the file so often that its start does not count, and no oftener."""
    def run(times):
        begin = time.perf_counter()
        frames = peer.run_ffmpeg(["-threads", "1", "-stream_loop", str(times - 1), "-i", clip, "-map", "0:v:0",
                                  "-fps_mode", "passthrough", "-f", "null", "-"])
        return frames, time.perf_counter() - begin

    once = run(1)[1]
    both = run(2)[1]
    each = max(both - once, once / 5)  # on a busy machine the second run may even be the shorter one
    times = max(1, round((once - each) / START_SHARE / each))
    return lambda: run(times)[0]


def works():
    if kind == "sequential":
        return {"ffmpeg": ffmpeg(), "pyav": lambda: peer.seq_pyav(clip, made), "cv2": lambda: peer.seq_cv2(clip, made)}
    if kind == "sparse":
        if made["dur"] < peer.WIN:
            sys.exit(f"{clip} lasts {made['dur']:.2f} s, a window {peer.WIN} s")
        times = peer.clip_times(made, WINDOWS)
        ways = {"pyav-naive": peer.frames_naive, "pyav-window": peer.frames_window, "pyav-smart": peer.frames_smart,
                "cv2-msec": peer.frames_cv2}
        return {name: lambda way=way: sum(len(way(clip, made, t, size)) for t in times) for name, way in ways.items()}
    keep = peer.chosen(made)

    def whole(way):
        way(clip, made, size, keep)
        return made["n"]

    ways = {"pyav+cv2": peer.pass_pyav, "cv2": peer.pass_cv2, "ffmpeg": peer.pass_ffmpeg}
    return {name: lambda way=way: whole(way) for name, way in ways.items()}


def tell(name, got, others):
    print(json.dumps({"peer": name, "rate": got, "others": others}), flush=True)


ways = works()
trials = {name: rate(work, 0) for name, work in ways.items()}
best = max(got for got, _ in trials.values())
for name, (got, others) in trials.items():
    if got < WORTH_MORE * best:
        tell(name, got, others)
for _ in range(int(samples)):
    for name, work in ways.items():
        if trials[name][0] >= WORTH_MORE * best:
            tell(name, *rate(work, float(seconds)))
