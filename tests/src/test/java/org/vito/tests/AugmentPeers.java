package org.vito.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Views of frames in memory, ours and those of Python programs on other libraries. */
final class AugmentPeers implements PeerBenchmark.Comparing {
    private static final List<String> SOURCES = List.of("raw", "jpeg");

    /** What was measured, and in how many threads or processes. */
    private record Key(String source, int workers) {}

    /** Views a second, a number for each round: ours, and those of each variant of the peer. */
    private static final class Rates {
        private final List<Double> ours = new ArrayList<>();
        private final Map<String, List<Double>> peers = new TreeMap<>();

        double median() {
            return PeerBenchmark.median(ours, Double::doubleValue);
        }

        double median(String kind) {
            return PeerBenchmark.median(peers.getOrDefault(kind, List.of()), Double::doubleValue);
        }

        /** The median over rounds of the ratio to whatever variant was fastest in the round. */
        double ratio() {
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < ours.size(); round++) {
                int at = round;
                double fastest = peers.values().stream()
                        .mapToDouble(rates -> rates.get(at))
                        .max()
                        .orElse(Double.NaN);
                ratios.add(ours.get(round) / fastest);
            }
            return PeerBenchmark.median(ratios, Double::doubleValue);
        }
    }

    @Override
    public ArrayNode measure(PeerBenchmark bench) throws IOException, InterruptedException {
        Map<Key, Rates> all = new LinkedHashMap<>();
        for (String source : SOURCES) {
            for (int workers = 1; workers <= bench.threads; workers += Math.max(1, bench.threads - 1)) {
                all.put(new Key(source, workers), new Rates());
            }
        }
        for (int round = 1; round <= bench.rounds; round++) {
            ours(bench, all);
            peers(bench, all);
            bench.say("views, round %d/%d done".formatted(round, bench.rounds));
        }
        ArrayNode results = JsonNodeFactory.instance.arrayNode();
        all.forEach((key, rates) -> results.add(result(bench, key, rates)));
        return results;
    }

    private static List<String> video(PeerBenchmark bench) {
        return bench.video == null ? List.of() : List.of("--video", bench.video.toString());
    }

    private static void ours(PeerBenchmark bench, Map<Key, Rates> all) throws IOException, InterruptedException {
        List<String> command = bench.ours(
                List.of("bench", "augment", "--json", "--rounds", "1", "--jitter", "byol"),
                PeerBenchmark.concat(
                        List.of("--seconds", "" + bench.seconds, "--threads", "" + bench.threads), video(bench)));
        JsonNode measured = PeerBenchmark.JSON.readTree(bench.run(command).lastLine);
        for (JsonNode variant : measured.path("variants")) {
            Rates rates = all.get(new Key(
                    variant.path("source").asText(), variant.path("threads").asInt()));
            if (rates != null) {
                rates.ours.add(variant.path("views_per_s").asDouble());
            }
        }
    }

    private static void peers(PeerBenchmark bench, Map<Key, Rates> all) throws IOException, InterruptedException {
        Path json = Files.createTempFile("bench-peers", ".json");
        try {
            List<String> how = PeerBenchmark.concat(
                    List.of("--sizes", "340x256", "--repeats", "1", "--seconds", "" + bench.seconds, "--kinds"),
                    bench.kinds,
                    List.of("--procs"),
                    all.keySet().stream()
                            .map(key -> "" + key.workers())
                            .distinct()
                            .toList(),
                    List.of("--json", json.toString()),
                    video(bench));
            bench.run(bench.peer("bench_augment.py", List.of(), how));
            for (JsonNode row : PeerBenchmark.JSON.readTree(Files.readString(json))) {
                JsonNode key = row.path("key"); // size, source, "procs=N", variant
                String kind = key.path(3).asText();
                int workers = Integer.parseInt(key.path(2).asText().replaceAll("[^0-9]", ""));
                Rates rates = all.get(new Key(key.path(1).asText(), workers));
                if (rates != null && bench.kinds.contains(kind)) {
                    rates.peers
                            .computeIfAbsent(kind, any -> new ArrayList<>())
                            .add(row.path("median").asDouble());
                }
            }
        } finally {
            Files.deleteIfExists(json);
        }
    }

    private static ObjectNode result(PeerBenchmark bench, Key key, Rates rates) {
        ObjectNode result = JsonNodeFactory.instance
                .objectNode()
                .put("part", "augment")
                .put("comparison", "views from " + key.source())
                .put("threads", key.workers())
                .put("rounds", bench.rounds)
                .put("ours", rates.median());
        ObjectNode peers = result.putObject("peers");
        rates.peers.keySet().forEach(kind -> peers.put(kind, rates.median(kind)));
        return result.put("speed_ratio", rates.ratio());
    }

    @Override
    public String table(ArrayNode results) {
        StringBuilder table = new StringBuilder("%nviews/s, 340 × 256 to 224 × 224%n".formatted());
        for (JsonNode result : results) {
            table.append("%-16s %d workers: ours %6.0f, peers"
                    .formatted(
                            result.get("comparison").asText(),
                            result.get("threads").asInt(),
                            result.get("ours").asDouble()));
            result.get("peers")
                    .fields()
                    .forEachRemaining(peer -> table.append(
                            " %s %.0f".formatted(peer.getKey(), peer.getValue().asDouble())));
            table.append(
                    "; %.3f × the fastest%n".formatted(result.get("speed_ratio").asDouble()));
        }
        return table.toString();
    }
}
