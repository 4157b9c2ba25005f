package org.vito.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** Decoding of real videos on one processor, ours and that of ffmpeg, PyAV and OpenCV. */
final class DecodePeers implements PeerBenchmark.Comparing {
    private static final String SAMPLES = "3"; // measurements of each in a round, of which the median counts

    /** What is compared, by the words for it, and the field of our result that has it. */
    enum Kind {
        SEQUENTIAL("sequential, frames/s", "sequential_frames_per_s"),
        SPARSE("sparse, views/s", "sparse_views_per_s"),
        CLIPS("clips, frames of the video/s", "clips_frames_per_s");

        private final String words;
        private final String ours;

        Kind(String words, String ours) {
            this.words = words;
            this.ours = ours;
        }

        private String option() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is left to do, for people who wait. */
    private static final class Progress {
        private final PeerBenchmark bench;
        private final int runs;
        private final long begin = System.nanoTime();
        private int done;

        Progress(PeerBenchmark bench, int runs) {
            this.bench = bench;
            this.runs = runs;
        }

        void begins(int round, Key key, String who) {
            double seconds = (System.nanoTime() - begin) / 1e9;
            String left = done == 0 ? "" : ", about %.0f s left".formatted(seconds / done * (runs - done));
            bench.say("decoding, round %d/%d: %s, %s, %s%s"
                    .formatted(round, bench.rounds, key.kind().option(), key.file(), who, left));
        }

        void ended() {
            done++;
        }
    }

    private record Key(String file, Kind kind) {}

    /** A rate for each round: ours, and those of each peer. */
    private static final class Rates {
        private final List<Double> ours = new ArrayList<>();
        private final Map<String, List<Double>> peers = new TreeMap<>();

        /** The median over rounds of the ratio to the peer that is fastest by its median. */
        double ratio() {
            List<Double> fastest = Collections.max(
                    peers.values(),
                    Comparator.comparingDouble(rates -> PeerBenchmark.median(rates, Double::doubleValue)));
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < ours.size(); round++) {
                ratios.add(ours.get(round) / fastest.get(round));
            }
            return PeerBenchmark.median(ratios, Double::doubleValue);
        }
    }

    @Override
    public ArrayNode measure(PeerBenchmark bench) throws IOException, InterruptedException {
        List<Kind> kinds = bench.only.stream().distinct().toList();
        Map<Key, Rates> all = new LinkedHashMap<>();
        Progress progress = new Progress(bench, 2 * bench.rounds * bench.clips.size() * kinds.size());
        for (int round = 1; round <= bench.rounds; round++) {
            for (Path clip : bench.clips) {
                for (Kind kind : kinds) { // ours and the peers close to each other, since the machine's speed drifts
                    Key key = new Key(clip.getFileName().toString(), kind);
                    Rates rates = all.computeIfAbsent(key, any -> new Rates());
                    progress.begins(round, key, "ours");
                    rates.ours.add(ours(bench, clip, kind));
                    progress.ended();
                    progress.begins(round, key, "peers");
                    peers(bench, clip, kind).forEach((peer, measured) -> rates.peers
                            .computeIfAbsent(peer, any -> new ArrayList<>())
                            .add(PeerBenchmark.median(measured, Double::doubleValue)));
                    progress.ended();
                }
            }
        }
        ArrayNode results = JsonNodeFactory.instance.arrayNode();
        all.forEach((key, rates) -> results.add(result(bench, key, rates)));
        return results;
    }

    /** Parent and child together have one processor, the last one, as the peers have. */
    private static double ours(PeerBenchmark bench, Path clip, Kind kind) throws IOException, InterruptedException {
        String last = "" + (Runtime.getRuntime().availableProcessors() - 1);
        List<String> command = bench.ours(
                List.of("bench", "decode", "--json", "--rounds", SAMPLES, "--children", "1"),
                List.of("--only", kind.option(), "--least-ms", "" + Math.round(1000 * bench.seconds), clip.toString()));
        String line = bench.run(PeerBenchmark.concat(List.of("taskset", "-c", last), command)).lastLine;
        double rate = PeerBenchmark.JSON.readTree(line).path(0).path(kind.ours).asDouble();
        bench.say("  %s %.1f".formatted(kind.words, rate));
        return rate;
    }

    private static Map<String, List<Double>> peers(PeerBenchmark bench, Path clip, Kind kind)
            throws IOException, InterruptedException {
        Map<String, List<Double>> rates = new ConcurrentSkipListMap<>();
        bench.run(
                List.of(
                        bench.python,
                        System.getProperty("vito.decode-peers"),
                        bench.peers.toString(),
                        clip.toString(),
                        kind.option(),
                        "" + bench.seconds,
                        SAMPLES),
                line -> {
                    JsonNode measured = parsed(line);
                    String peer = measured.path("peer").asText();
                    double rate = measured.path("rate").asDouble();
                    rates.computeIfAbsent(peer, any -> new ArrayList<>()).add(rate);
                    bench.say("  %s %.1f, others had %.2f of a processor meanwhile"
                            .formatted(peer, rate, measured.path("others").asDouble()));
                });
        return rates;
    }

    private static JsonNode parsed(String line) {
        try {
            return PeerBenchmark.JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode result(PeerBenchmark bench, Key key, Rates rates) {
        ObjectNode result = JsonNodeFactory.instance
                .objectNode()
                .put("part", "decode")
                .put("comparison", key.kind().words)
                .put("file", key.file())
                .put("rounds", bench.rounds)
                .put("ours", PeerBenchmark.median(rates.ours, Double::doubleValue));
        ObjectNode peers = result.putObject("peers");
        rates.peers.forEach((peer, values) -> peers.put(peer, PeerBenchmark.median(values, Double::doubleValue)));
        return result.put("speed_ratio", rates.ratio());
    }

    @Override
    public String table(ArrayNode results) {
        StringBuilder table = new StringBuilder("%ndecoding, one processor%n".formatted());
        for (Kind kind : Kind.values()) {
            double logarithms = 0;
            int files = 0;
            for (JsonNode result : results) {
                if (result.get("comparison").asText().equals(kind.words)) {
                    table.append("%-30s %-14s ours %8.1f, peers"
                            .formatted(
                                    kind.words,
                                    result.get("file").asText(),
                                    result.get("ours").asDouble()));
                    result.get("peers")
                            .fields()
                            .forEachRemaining(peer -> table.append(" %s %.1f"
                                    .formatted(peer.getKey(), peer.getValue().asDouble())));
                    double ratio = result.get("speed_ratio").asDouble();
                    table.append("; %.3f × the fastest%n".formatted(ratio));
                    logarithms += Math.log(ratio);
                    files++;
                }
            }
            if (files > 0) {
                table.append("%-30s geometric mean: %.3f × the fastest%n"
                        .formatted(kind.words, Math.exp(logarithms / files)));
            }
        }
        return table.toString();
    }
}
