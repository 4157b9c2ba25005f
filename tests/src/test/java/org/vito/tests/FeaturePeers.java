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

/**
 * Features of images in memory under one frozen ResNet-50 at 224², ours on all cores and those of a PyTorch program on as many
 * threads, in each of its variants: as PyTorch runs a network by itself, and frozen, with batch normalisation folded into the
 * convolutions.
 */
final class FeaturePeers implements PeerBenchmark.Comparing {
    private static final String SCRIPT = "bench_features.py";
    private static final List<String> VARIANTS = List.of("last", "frozen");
    private static final List<String> BATCH = List.of("--batch", "32", "--size", "224");

    @Override
    public ArrayNode measure(PeerBenchmark bench) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("bench-features");
        Path weights = directory.resolve("resnet50.safetensors");
        try {
            bench.run(bench.peer(SCRIPT, List.of("weights", "--out", weights.toString()), List.of()));
            List<String> steps = List.of("--weights", weights.toString(), "--steps", "" + bench.steps);
            List<Double> ours = new ArrayList<>();
            Map<String, List<Double>> peers = new LinkedHashMap<>();
            for (int round = 1; round <= bench.rounds; round++) {
                ours.add(rate(
                        bench,
                        bench.ours(
                                PeerBenchmark.concat(List.of("bench", "features", "--json"), BATCH, steps),
                                List.of("--warm-up", "" + bench.warmUp))));
                for (String variant : VARIANTS) {
                    double rate = rate(
                            bench,
                            bench.peer(
                                    SCRIPT,
                                    PeerBenchmark.concat(List.of("bench", "--variant", variant), BATCH, steps),
                                    List.of(
                                            "--warmup",
                                            "" + bench.warmUp,
                                            "--threads",
                                            "" + Runtime.getRuntime().availableProcessors())));
                    peers.computeIfAbsent(variant, v -> new ArrayList<>()).add(rate);
                    bench.say("features, round %d/%d: ours %.1f images/s, peer (%s) %.1f, ratio %.3f"
                            .formatted(
                                    round,
                                    bench.rounds,
                                    ours.get(round - 1),
                                    variant,
                                    rate,
                                    ours.get(round - 1) / rate));
                }
            }
            return results(bench, ours, peers);
        } finally {
            Files.deleteIfExists(weights);
            Files.deleteIfExists(directory);
        }
    }

    private static double rate(PeerBenchmark bench, List<String> command) throws IOException, InterruptedException {
        PeerProcess.Watched watched = bench.run(command);
        double rate = PeerBenchmark.JSON
                .readTree(watched.lastLine)
                .path("images_per_s")
                .asDouble(Double.NaN);
        if (Double.isNaN(rate)) {
            throw new IOException("%s did not end with a line of JSON that has images_per_s but with: %s"
                    .formatted(String.join(" ", command), watched.lastLine));
        }
        return rate;
    }

    private static ArrayNode results(PeerBenchmark bench, List<Double> ours, Map<String, List<Double>> peers) {
        ArrayNode results = JsonNodeFactory.instance.arrayNode();
        peers.forEach((variant, rates) -> {
            ObjectNode result = results.addObject()
                    .put("part", "features")
                    .put("comparison", "features of resnet50, 32 × 224², PyTorch " + variant)
                    .put("rounds", bench.rounds)
                    .put("ours_images_per_s", PeerBenchmark.median(ours, Double::doubleValue))
                    .put("peer_images_per_s", PeerBenchmark.median(rates, Double::doubleValue));
            List<Double> ratios = new ArrayList<>();
            ArrayNode all = result.putArray("speed_ratios");
            for (int i = 0; i < rates.size(); i++) {
                ratios.add(ours.get(i) / rates.get(i));
                all.add(ratios.get(i));
            }
            result.put("speed_ratio", PeerBenchmark.median(ratios, Double::doubleValue));
        });
        return results;
    }

    @Override
    public String table(ArrayNode results) {
        StringBuilder table = new StringBuilder(
                "%n%-48s %10s %10s %8s%n".formatted("images a second, medians of rounds", "ours", "peer", "ratio"));
        for (JsonNode result : results) {
            table.append("%-48s %10.1f %10.1f %8.3f%n"
                    .formatted(
                            result.get("comparison").asText(),
                            result.get("ours_images_per_s").asDouble(),
                            result.get("peer_images_per_s").asDouble(),
                            result.get("speed_ratio").asDouble()));
        }
        return table.toString();
    }
}
