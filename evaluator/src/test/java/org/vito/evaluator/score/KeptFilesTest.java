package org.vito.evaluator.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vito.evaluator.score.KeptFiles.Kind;
import org.vito.evaluator.task.Workers;
import org.vito.learner.TensorFile;

class KeptFilesTest {
    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

    @TempDir
    Path directory;

    private Instant now = NOON;

    private KeptFiles files(long limit) {
        return new KeptFiles(directory.resolve("kept"), limit, () -> now);
    }

    /** A file of some 4.1 kB. */
    private static TensorFile content(float value) {
        float[] values = new float[1000];
        java.util.Arrays.fill(values, value);
        return new TensorFile(Map.of("of", "x"), Map.of("a", new TensorFile.Tensor(List.of(10L, 100L), values)));
    }

    private void put(KeptFiles files, Kind kind, String key) {
        now = now.plusSeconds(1);
        files.put(kind, key, content(1));
    }

    @Test
    void findsWhatWasKeptInALaterLife() {
        files(1 << 20).put(Kind.FEATURES, "one", content(3));
        TensorFile found = files(1 << 20).find(Kind.FEATURES, "one").orElseThrow();
        assertThat(found.about()).containsEntry("of", "x");
        assertThat(found.tensor("a").rows()[9][99]).isEqualTo(3);
        assertThat(files(1 << 20).find(Kind.CLASSIFIER, "one")).isEmpty();
        assertThat(files(1 << 20).find(Kind.FEATURES, "two")).isEmpty();
    }

    @Test
    void whatWasUsedLongestAgoGoesFirstAndClassifiersLast() throws IOException {
        KeptFiles files = files(13_000); // three files
        put(files, Kind.CLASSIFIER, "c");
        put(files, Kind.FEATURES, "a");
        put(files, Kind.FEATURES, "b");
        now = now.plusSeconds(1);
        assertThat(files.find(Kind.FEATURES, "a")).isPresent(); // used now, so that b is the oldest
        put(files, Kind.FEATURES, "d");
        assertThat(files.find(Kind.FEATURES, "b")).isEmpty();
        assertThat(files.find(Kind.FEATURES, "a")).isPresent();
        assertThat(files.find(Kind.CLASSIFIER, "c")).isPresent();
        put(files, Kind.CLASSIFIER, "e");
        put(files, Kind.CLASSIFIER, "f");
        assertThat(files.find(Kind.FEATURES, "a")).isEmpty();
        assertThat(files.find(Kind.FEATURES, "d")).isEmpty();
        put(files, Kind.CLASSIFIER, "g");
        assertThat(files.find(Kind.CLASSIFIER, "c")).isEmpty();
        try (Stream<Path> left = Files.list(directory.resolve("kept"))) {
            assertThat(left).hasSize(3);
        }
    }

    @Test
    void aDamagedFileIsNoneAndAbandonedOnesGo() throws IOException {
        KeptFiles files = files(1 << 20);
        put(files, Kind.FEATURES, "a");
        Path kept = directory.resolve("kept");
        Path file;
        try (Stream<Path> list = Files.list(kept)) {
            file = list.findFirst().orElseThrow();
        }
        Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 2000));
        assertThat(files.find(Kind.FEATURES, "a")).isEmpty();

        Path abandoned = Files.write(kept.resolve(".x.features.safetensors-1.partial"), new byte[10]);
        Files.setLastModifiedTime(abandoned, FileTime.from(NOON.minusSeconds(4000)));
        Path begun = Files.write(kept.resolve(".y.features.safetensors-2.partial"), new byte[10]);
        Files.setLastModifiedTime(begun, FileTime.from(NOON.minusSeconds(10)));
        Path foreign = Files.write(kept.resolve("notes.txt"), new byte[10]);
        put(files, Kind.FEATURES, "a");
        assertThat(files.find(Kind.FEATURES, "a")).isPresent();
        assertThat(abandoned).doesNotExist();
        assertThat(begun).exists();
        assertThat(foreign).exists();
    }

    @Test
    void keepsNothingWhereNothingMayBeOrCanBe() throws IOException {
        KeptFiles none = files(0);
        none.put(Kind.FEATURES, "a", content(1));
        assertThat(directory.resolve("kept")).doesNotExist();
        Files.write(directory.resolve("kept"), new byte[1]); // a file where the directory should be
        KeptFiles files = files(1 << 20);
        files.put(Kind.FEATURES, "a", content(1));
        assertThat(files.find(Kind.FEATURES, "a")).isEmpty();
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void oneMakesWhatSeveralWaitForAndWhoIsCancelledDoesNotWait() throws Exception {
        KeptFiles files = files(1 << 20);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger within = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Future<Integer> first = pool.submit(() -> files.alone("k", Workers.single(), () -> {
                inside.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return within.incrementAndGet();
            }));
            inside.await();
            AtomicBoolean cancelled = new AtomicBoolean();
            Workers workers = new Workers(Runnable::run, 1, () -> {
                boolean was = cancelled.get();
                cancelled.set(true); // told to stop when it asks the second time
                return was;
            });
            assertThatThrownBy(() -> files.alone("k", workers, within::incrementAndGet))
                    .isInstanceOf(CancellationException.class);
            assertThat(files.<Integer>alone("another", Workers.single(), within::get))
                    .isZero();
            Future<Integer> second = pool.submit(() -> files.alone("k", Workers.single(), within::incrementAndGet));
            goOn.countDown();
            assertThat(first.get(120, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(second.get(120, TimeUnit.SECONDS)).isEqualTo(2);
        } finally {
            pool.shutdownNow();
        }
    }
}
