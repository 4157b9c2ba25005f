package org.vito.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Training steps of the same batch, ours and those of a plain PyTorch program. */
final class LearnerPeers implements PeerBenchmark.Comparing {
    /**
     * Two programs that do the same work; both take {@code --threads} and {@code --steps}, and print as their last line JSON with
     * {@code ms_median}.
     *
     * @param ours arguments of the {@code vito} command
     * @param peer arguments of the peer's script
     */
    private record Comparison(String name, List<String> ours, String ourWarmUp, List<String> peer, String peerWarmUp) {}

    /** One run of a program: milliseconds of a step by the clock and of all processors, and most memory resident. */
    record Run(double ms, double processorMs, double residentBytes) {}

    /** The two runs of a round. */
    record Pair(Run ours, Run peer) {}

    @Override
    public ArrayNode measure(PeerBenchmark bench) throws IOException, InterruptedException {
        ArrayNode results = JsonNodeFactory.instance.arrayNode();
        for (Comparison comparison : List.of(step(4, 3, 112), step(8, 3, 64))) {
            List<Pair> pairs = new ArrayList<>();
            for (int round = 1; round <= bench.rounds; round++) {
                Pair pair = new Pair(
                        measure(bench, bench.ours(comparison.ours(), how(bench, comparison.ourWarmUp()))),
                        measure(
                                bench,
                                bench.peer("vito_torch.py", comparison.peer(), how(bench, comparison.peerWarmUp()))));
                pairs.add(pair);
                bench.say("%s, round %d/%d: ours %.1f ms, peer %.1f ms, ratio %.3f"
                        .formatted(
                                comparison.name(),
                                round,
                                bench.rounds,
                                pair.ours().ms(),
                                pair.peer().ms(),
                                speed(pair)));
            }
            results.add(result(bench, comparison, pairs));
        }
        return results;
    }

    private static Comparison step(int clips, int views, int size) {
        List<String> batch = List.of("--clips", "" + clips, "--views", "" + views, "--size", "" + size);
        return new Comparison(
                "step of resnet50, %d clips × %d views × %d²".formatted(clips, views, size),
                PeerBenchmark.concat(List.of("bench", "learner", "--json", "--preset", "paper"), batch),
                "--warm-up",
                PeerBenchmark.concat(List.of("bench", "--arch", "resnet50"), batch),
                "--warmup");
    }

    private static List<String> how(PeerBenchmark bench, String warmUpOption) {
        return List.of("--threads", "" + bench.threads, "--steps", "" + bench.steps, warmUpOption, "" + bench.warmUp);
    }

    /** Of the processor time of a process, that of its measured steps: they are the last thing before the result. */
    private static Run measure(PeerBenchmark bench, List<String> command) throws IOException, InterruptedException {
        PeerProcess.Watched watched = bench.run(command);
        double ms =
                PeerBenchmark.JSON.readTree(watched.lastLine).path("ms_median").asDouble(Double.NaN);
        if (Double.isNaN(ms)) {
            throw new IOException("%s did not end with a line of JSON that has ms_median but with: %s"
                    .formatted(String.join(" ", command), watched.lastLine));
        }
        long begin = watched.lastLineNanos - (long) (bench.steps * ms * 1e6);
        double processorMs = (watched.processorMs(watched.lastLineNanos) - watched.processorMs(begin)) / bench.steps;
        return new Run(ms, processorMs, watched.residentBytes);
    }

    private static ObjectNode result(PeerBenchmark bench, Comparison comparison, List<Pair> pairs) {
        ObjectNode result = JsonNodeFactory.instance
                .objectNode()
                .put("part", "learner")
                .put("comparison", comparison.name())
                .put("threads", bench.threads)
                .put("rounds", pairs.size());
        put(result.putObject("ours"), pairs.stream().map(Pair::ours).toList());
        put(result.putObject("peer"), pairs.stream().map(Pair::peer).toList());
        ArrayNode ratios = result.putArray("speed_ratios");
        pairs.forEach(pair -> ratios.add(speed(pair)));
        return result.put("speed_ratio", PeerBenchmark.median(pairs, LearnerPeers::speed))
                .put(
                        "processor_ratio",
                        PeerBenchmark.median(
                                pairs, p -> p.ours().processorMs() / p.peer().processorMs()))
                .put(
                        "resident_ratio",
                        PeerBenchmark.median(
                                pairs, p -> p.ours().residentBytes() / p.peer().residentBytes()));
    }

    private static void put(ObjectNode side, List<Run> runs) {
        side.put("ms", PeerBenchmark.median(runs, Run::ms))
                .put("processor_ms", PeerBenchmark.median(runs, Run::processorMs))
                .put("resident_bytes", PeerBenchmark.median(runs, Run::residentBytes));
    }

    @Override
    public String table(ArrayNode results) {
        StringBuilder table = new StringBuilder();
        for (JsonNode result : results) {
            table.append("%n%s, %d threads, medians of %d rounds%n"
                    .formatted(
                            result.get("comparison").asText(),
                            result.get("threads").asInt(),
                            result.get("rounds").asInt()));
            JsonNode ours = result.get("ours");
            JsonNode peer = result.get("peer");
            table.append("%-28s %10s %10s %14s%n".formatted("", "ours", "peer", "ratio"));
            row(table, "step, ms", ours, peer, "ms", 1, result.get("speed_ratio"), "× as fast");
            row(table, "processor time, ms", ours, peer, "processor_ms", 1, result.get("processor_ratio"), "× as much");
            row(
                    table,
                    "resident at most, MiB",
                    ours,
                    peer,
                    "resident_bytes",
                    1 << 20,
                    result.get("resident_ratio"),
                    "× as much");
            table.append("ratios of speed:");
            result.get("speed_ratios").forEach(ratio -> table.append(" %.3f".formatted(ratio.asDouble())));
            table.append(System.lineSeparator());
        }
        return table.toString();
    }

    private static void row(
            StringBuilder table,
            String what,
            JsonNode ours,
            JsonNode peer,
            String key,
            double unit,
            JsonNode ratio,
            String words) {
        table.append("%-28s %10.1f %10.1f %8.3f %s%n"
                .formatted(
                        what,
                        ours.get(key).asDouble() / unit,
                        peer.get(key).asDouble() / unit,
                        ratio.asDouble(),
                        words));
    }

    private static double speed(Pair pair) {
        return pair.peer().ms() / pair.ours().ms();
    }
}
