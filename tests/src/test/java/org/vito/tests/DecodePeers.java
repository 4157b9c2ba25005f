package org.vito.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Decoding of real videos on one processor, ours and that of ffmpeg, PyAV and OpenCV. */
final class DecodePeers implements PeerBenchmark.Comparing {
    private static final String SCRIPT = "bench_decode.py";
    private static final String SAMPLES = "3"; // measurements of each in a round, of which the median counts

    /** What is compared: the field of our result, and the part and unit of the peer's. */
    private enum What {
        SEQUENTIAL("sequential, frames/s", "sequential_frames_per_s", "a seq", "frames/s"),
        SPARSE("sparse, views/s", "sparse_views_per_s", "b clips", "views/s"),
        CLIPS("clips, frames of the video/s", "clips_frames_per_s", "c pass", "decoded/s");

        private final String words;
        private final String ours;
        private final String part;
        private final String unit;

        What(String words, String ours, String part, String unit) {
            this.words = words;
            this.ours = ours;
            this.part = part;
            this.unit = unit;
        }
    }

    private record Key(String file, What what) {}

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
        Map<Key, Rates> all = new LinkedHashMap<>();
        for (Path clip : bench.clips) {
            for (What what : What.values()) {
                all.put(new Key(clip.getFileName().toString(), what), new Rates());
            }
        }
        for (int round = 1; round <= bench.rounds; round++) {
            for (Path clip : bench.clips) { // close to each other, since the machine's speed drifts
                ours(bench, clip, all);
                peers(bench, clip, all);
            }
            bench.say("decoding, round %d/%d done".formatted(round, bench.rounds));
        }
        ArrayNode results = JsonNodeFactory.instance.arrayNode();
        all.forEach((key, rates) -> results.add(result(bench, key, rates)));
        return results;
    }

    /** Parent and child together have one processor, the last one, as the peers have. */
    private static void ours(PeerBenchmark bench, Path clip, Map<Key, Rates> all)
            throws IOException, InterruptedException {
        String last = "" + (Runtime.getRuntime().availableProcessors() - 1);
        List<String> command = bench.ours(
                List.of("bench", "decode", "--json", "--rounds", SAMPLES, "--children", "1"),
                List.of("--least-ms", "" + Math.round(1000 * bench.seconds), clip.toString()));
        JsonNode measured = PeerBenchmark.JSON.readTree(
                PeerProcess.run(PeerBenchmark.concat(List.of("taskset", "-c", last), command)).lastLine);
        for (JsonNode file : measured) {
            for (What what : What.values()) {
                Rates rates = all.get(new Key(file.path("file").asText(), what));
                if (rates != null) {
                    rates.ours.add(file.path(what.ours).asDouble());
                }
            }
        }
    }

    private static void peers(PeerBenchmark bench, Path clip, Map<Key, Rates> all)
            throws IOException, InterruptedException {
        Path json = Files.createTempFile("bench-peers", ".json");
        try {
            PeerProcess.run(bench.peer(
                    SCRIPT,
                    List.of(clip.toString()),
                    List.of("--repeats", SAMPLES, "--min-seconds", "" + bench.seconds, "--json", json.toString())));
            for (JsonNode row : PeerBenchmark.JSON.readTree(Files.readString(json))) {
                JsonNode key = row.path("key"); // file, part, peer, unit
                for (What what : What.values()) {
                    String peer = key.path(2).asText();
                    Rates rates = all.get(new Key(key.path(0).asText().strip(), what));
                    if (rates != null
                            && key.path(1).asText().equals(what.part)
                            && key.path(3).asText().equals(what.unit)
                            && !peer.endsWith("+rgb")) {
                        rates.peers
                                .computeIfAbsent(peer, any -> new ArrayList<>())
                                .add(row.path("median").asDouble());
                    }
                }
            }
        } finally {
            Files.deleteIfExists(json);
        }
    }

    private static ObjectNode result(PeerBenchmark bench, Key key, Rates rates) {
        ObjectNode result = JsonNodeFactory.instance
                .objectNode()
                .put("part", "decode")
                .put("comparison", key.what().words)
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
        for (What what : What.values()) {
            double logarithms = 0;
            int files = 0;
            for (JsonNode result : results) {
                if (result.get("comparison").asText().equals(what.words)) {
                    table.append("%-30s %-14s ours %8.1f, peers"
                            .formatted(
                                    what.words,
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
            table.append(
                    "%-30s geometric mean: %.3f × the fastest%n".formatted(what.words, Math.exp(logarithms / files)));
        }
        return table.toString();
    }
}
