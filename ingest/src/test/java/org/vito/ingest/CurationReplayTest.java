package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.Evidence;

/** Decisions made again over Kafka: real videos, decoded by real processes, and a classifier of brightness. */
class CurationReplayTest {
    @TempDir
    Path directory;

    @Test
    void eachIsJudgedOnceMoreByTheRuleAsItIsNow() throws Exception {
        String own = Integer.toHexString(directory.hashCode()); // Kafka is shared with other tests
        Path vocabulary = Files.writeString(directory.resolve("classes.txt"), "night" + own + "\nday" + own + "\n");
        Brightness networks = new Brightness();
        try (TestSystem system = new TestSystem(directory);
                Tail<CurationDecision> decisions = new Tail<>(Topics.CURATED)) {
            IngestSettings settings = system.settings(
                    "vito.ingest.curate.rule = videonet",
                    "vito.ingest.curate.videonet { vocabulary = \"%s\", classifier = brightness, batch = 8 }"
                            .formatted(vocabulary));
            RunningRole role = CurateRole.start(system.actors, settings, system.decoders, system.platform, networks);
            String seen = store(system, 20, "Night" + own);
            String unseen = store(system, 21, "Nocturne" + own);
            String short1 = store(system, 22, "Nothing" + own);
            CurationDecision before = decisions(decisions, seen, 1).get(0);
            assertThat(before.getAccepted()).isTrue();
            assertThat(decisions(decisions, unseen, 1).get(0).getAccepted()).isFalse();
            decisions(decisions, short1, 1);
            TestSystem.stop(role);
            int looked = networks.batches.get();
            assertThat(looked).isEqualTo(1);

            Files.writeString(vocabulary, "dusk%1$s, nocturne%1$s, night%1$s%nday%1$s%n".formatted(own));
            CurationReplay.Filter filter =
                    new CurationReplay.Filter(0, Long.MAX_VALUE, Optional.empty(), Set.of(), "videonet/1 brightness");
            int all = decisions.now(d -> filter.takes(d)).stream()
                    .map(CurationDecision::getVideoId)
                    .collect(java.util.stream.Collectors.toSet())
                    .size();
            assertThat(CurationReplay.count(TestBroker.access(), filter)).isEqualTo(new CurationReplay.Result(all, 0));
            assertThat(CurationReplay.send(TestBroker.access(), filter, InstantSource.system(), sent -> {}))
                    .isEqualTo(new CurationReplay.Result(all, 0));
            assertThat(CurationReplay.send(TestBroker.access(), filter, InstantSource.system(), sent -> {}))
                    .as("nobody has answered yet")
                    .isEqualTo(new CurationReplay.Result(0, all));

            RunningRole again = CurateRole.start(system.actors, settings, system.decoders, system.platform, networks);
            CurationDecision after = decisions(decisions, seen, 2).get(1);
            assertThat(after.getAccepted()).isTrue();
            assertThat(after.getCategory()).isEqualTo("dusk" + own);
            assertThat(after.getEvidenceList())
                    .extracting(Evidence::getPtsUs, Evidence::getOutput, Evidence::getScore, Evidence::getLabel)
                    .containsExactlyElementsOf(before.getEvidenceList().stream()
                            .map(e -> tuple(e.getPtsUs(), e.getOutput(), e.getScore(), "dusk" + own))
                            .toList());
            assertThat(after.getThumbnail()).isEqualTo(before.getThumbnail());
            assertThat(after.getFirstAcceptedAtMs()).isEqualTo(before.getDecidedAtMs());
            CurationDecision taken = decisions(decisions, unseen, 2).get(1);
            assertThat(taken.getAccepted()).isTrue();
            assertThat(taken.getFirstAcceptedAtMs()).isZero();
            assertThat(decisions(decisions, short1, 2).get(1).getReason())
                    .isEqualTo("Its title names none of 2 classes.");
            TestSystem.until( // those of other tests too
                    "all are answered",
                    () -> CurationReplay.count(TestBroker.access(), filter).waiting() == 0);
            TestSystem.stop(again);
            assertThat(decisions.now(d -> Set.of(seen, unseen, short1).contains(d.getVideoId())))
                    .as("each once more and no more")
                    .hasSize(6);
        }
    }

    @Test
    void ofEachPartitionAsLargeAShareIsAmongTheNewest() {
        CurationReplay.Newest newest = new CurationReplay.Newest(3);
        IntStream.of(0, 0, 0, 0, 1, 1).forEach(newest::count);
        assertThat(IntStream.of(0, 0, 0, 0, 1, 1).mapToObj(newest::isAmong))
                .containsExactly(false, false, true, true, false, true);
    }

    private static List<CurationDecision> decisions(Tail<CurationDecision> decisions, String id, int count) {
        return decisions.await(count, d -> d.getVideoId().equals(id));
    }

    private String store(TestSystem system, int shade, String title) throws Exception {
        return TestVideos.store(system, directory.resolve(shade + ".mp4"), 252, shade, title);
    }
}
