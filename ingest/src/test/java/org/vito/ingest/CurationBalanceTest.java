package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.ingest.curation.BalanceSettings;
import org.vito.ingest.source.SubmissionIds;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Settings;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CategoryCount;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.StoredVideo;

class CurationBalanceTest {
    @TempDir
    Path directory;

    private static BalanceSettings settings(String text) {
        return BalanceSettings.from(Settings.at(
                ConfigFactory.parseString(text)
                        .withFallback(ConfigFactory.parseString("b { cap = 0, target = 0, classes {} }")),
                "b"));
    }

    private static CurationDecision decision(int video, boolean accepted, String category, boolean capped) {
        return CurationDecision.newBuilder()
                .setVideoId(id(video))
                .setAccepted(accepted)
                .setCategory(category)
                .setCapped(capped)
                .build();
    }

    private static String id(int video) {
        return SubmissionIds.ofAddress(String.valueOf(video));
    }

    @Test
    void eachVideoCountsForItsLastDecision() {
        CurationBalance balance = new CurationBalance(settings("b { target = 3, classes { heron { target = 1 } } }"));
        for (int round = 0; round < 2; round++) { // a decision that is read twice counts once
            balance.note(decision(1, true, "crane", false));
            balance.note(decision(2, true, "crane", false));
            balance.note(decision(3, false, "crane", false));
            balance.note(decision(4, false, "crane", true));
            balance.note(decision(5, true, "", false));
        }
        assertThat(balance.standings())
                .containsExactly(
                        new CurationBalance.Standing("heron", 0, 0, 1, 0),
                        new CurationBalance.Standing("crane", 2, 1, 3, 0));
        balance.note(decision(2, true, "heron", false));
        balance.note(decision(1, false, "", false));
        balance.note(decision(6, true, "gone", false));
        balance.note(decision(6, false, "", false));
        assertThat(balance.standings())
                .containsExactly(
                        new CurationBalance.Standing("crane", 0, 1, 3, 0),
                        new CurationBalance.Standing("heron", 1, 0, 1, 0));
        assertThat(balance.scarcity())
                .isEqualTo(new StageMeter.Scarcity(
                        3,
                        List.of(CategoryCount.newBuilder()
                                .setCategory("crane")
                                .setTarget(3)
                                .build())));
    }

    @Test
    void aFullClassAdmitsOnlyWhoIsInIt() {
        CurationBalance balance =
                new CurationBalance(settings("b { cap = 1, classes { \"sea urchin\" { cap = 0 } } }"));
        balance.note(decision(1, true, "crane", false));
        balance.note(decision(2, true, "sea urchin", false));
        assertThat(balance.admits(id(1), "crane")).isTrue();
        assertThat(balance.admits(id(2), "crane")).isFalse();
        assertThat(balance.admits(id(1), "sea urchin")).isTrue();
        assertThat(balance.admits(id(2), "")).isTrue();
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        assertThat(settings("b { cap = 9, target = 9, classes { a { target = 2 } } }")
                        .of("a"))
                .isEqualTo(new BalanceSettings.Limits(9, 2));
        assertThatThrownBy(() -> settings("b { cap = 5, target = 6 }"))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("target")
                .hasMessageContaining("no more than the cap, which is 5");
        assertThatThrownBy(() -> settings("b.classes.\"a b\".caps = 3"))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("caps")
                .hasMessageContaining("a b");
        assertThatThrownBy(() -> settings("b.classes.a = 3")).isInstanceOf(VitoException.class);
    }

    @Test
    void aCapLeavesOutWhatIsTooMuchAndIsCountedAnewAfterARestart() throws Exception {
        String name = "crane" + Integer.toHexString(directory.hashCode()); // Kafka is shared with other tests
        Path vocabulary = Files.writeString(directory.resolve("classes.txt"), name + "\nheron" + name + "\n");
        String[] overrides = {
            "vito.ingest.curate { rule = videonet, videonet.vocabulary = \"%s\", videonet.minimum-duration = 0s }"
                    .formatted(vocabulary),
            "vito.ingest.curate.balance { cap = 2, target = 2 }"
        };
        try (Tail<CurationDecision> decisions = new Tail<>(Topics.CURATED)) {
            try (TestSystem system = new TestSystem(directory.resolve("first"))) {
                RunningRole role =
                        CurateRole.start(system.actors, system.settings(overrides), system.decoders, system.platform);
                Stream.of("a", "b", "c").forEach(which -> store(which, name));
                List<CurationDecision> three =
                        decisions.await(3, d -> d.getVideo().getTitle().equals("One " + name));
                assertThat(three.stream().filter(CurationDecision::getAccepted)).hasSize(2);
                CurationDecision left =
                        three.stream().filter(d -> !d.getAccepted()).findFirst().orElseThrow();
                assertThat(left.getCapped()).isTrue();
                assertThat(left.getCategory()).isEqualTo(name);
                assertThat(left.getReason())
                        .isEqualTo("The class %s has the 2 videos that it may have. Else it would be taken: "
                                        .formatted(name)
                                + "The title says '%s'.".formatted(name));
                TestSystem.stop(role);
            }
            try (TestSystem system = new TestSystem(directory.resolve("second"))) {
                IngestSettings settings = system.settings(overrides);
                RunningRole role = CurateRole.start(system.actors, settings, system.decoders, system.platform);
                store("d", name);
                CurationDecision fourth = decisions
                        .await(1, d -> d.getVideoId().equals(id("d", name)))
                        .get(0);
                assertThat(fourth.getCapped()).isTrue();
                StageMeter meter = system.platform.stages().all().iterator().next();
                CategoryCount heron = CategoryCount.newBuilder()
                        .setCategory("heron" + name)
                        .setTarget(2)
                        .build();
                TestSystem.until(
                        "the other class is missing",
                        () -> meter.scarcity().most().contains(heron));
                assertThat(meter.scarcity().missing()).isGreaterThanOrEqualTo(2);
                TestSystem.stop(role);
            }
        }
    }

    private String id(String which, String name) {
        return SubmissionIds.ofAddress(which + name + directory);
    }

    private void store(String which, String name) {
        StoredVideo video = StoredVideo.newBuilder()
                .setVideoId(id(which, name))
                .setTitle("One " + name)
                .setDurationUs(20_000_000)
                .build();
        try {
            TestBroker.send(Topics.STORED.name(), video.getVideoId(), video.toByteArray());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
