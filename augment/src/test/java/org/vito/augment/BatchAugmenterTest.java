package org.vito.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.stream.testkit.TestPublisher;
import akka.stream.testkit.TestSubscriber;
import akka.stream.testkit.javadsl.TestSink;
import akka.stream.testkit.javadsl.TestSource;
import com.google.protobuf.ByteString;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.protocol.Stages;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.Frame;

class BatchAugmenterTest {
    private static final int CLIPS = 4;
    private static final int SIZE = 32;
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final ExecutorService EXECUTOR = Executors.newFixedThreadPool(4);
    private static final ByteString BROKEN = ByteString.copyFromUtf8("no JPEG");

    private final Stages stages = new Stages(new SimpleMeterRegistry());

    @AfterAll
    static void end() {
        KIT.shutdownTestKit();
        EXECUTOR.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void bytesDoNotDependOnParallelism(int parallelism) throws Exception {
        List<byte[]> alone = views(1, batches(6));
        List<byte[]> together = views(parallelism, batches(6));
        assertThat(together).usingElementComparator(java.util.Arrays::compare).containsExactlyElementsOf(alone);
        assertThat(alone.get(0)).isNotEqualTo(alone.get(1));
    }

    private List<byte[]> views(int parallelism, List<ClipBatch> batches) throws Exception {
        BatchBuffers buffers = buffers(2);
        List<byte[]> views = new ArrayList<>();
        Source.from(batches)
                .via(BatchAugmenter.flow(settings(parallelism), 11, buffers, EXECUTOR, stages))
                .runWith(
                        Sink.foreach(batch -> {
                            assertThat(batch.source().number()).isEqualTo(views.size());
                            views.add(bytes(buffers, batch));
                            batch.release().run();
                        }),
                        KIT.system())
                .toCompletableFuture()
                .get(120, TimeUnit.SECONDS);
        assertThat(buffers.available()).isEqualTo(2);
        return views;
    }

    @Test
    void viewsAreThoseOfTheTransformInTheirPlaces() throws Exception {
        AugmentSettings settings = settings(2);
        ClipBatch batch = batches(1).get(0);
        byte[] views = views(2, List.of(batch)).get(0);
        ByteBuffer expected = ByteBuffer.allocate(views.length);
        try (ClipAugmenter augmenter = new ClipAugmenter(settings, 11)) {
            for (int clip = CLIPS - 1; clip >= 0; clip--) {
                assertThat(augmenter.augment(batch.examples().get(clip), clip, CLIPS, expected))
                        .isTrue();
            }
        }
        assertThat(views).isEqualTo(expected.array());
        assertThat(stages.meter("augment", "views", "", "").passed()).isEqualTo(3L * CLIPS);
    }

    @Test
    void aBrokenFrameIsReplacedByAnotherOfItsClipAndABrokenClipByAnotherClip() throws Exception {
        List<ClipBatch.Example> examples = new ArrayList<>(batches(1).get(0).examples());
        ClipBatch.Example half = examples.get(0);
        Clip.Builder oneLeft = half.clip().toBuilder();
        for (int i = 0; i < oneLeft.getFramesCount() - 1; i++) {
            oneLeft.getFramesBuilder(i)
                    .setJpeg(i == 0 ? cut(oneLeft.getFrames(i).getJpeg()) : BROKEN);
        }
        examples.set(0, new ClipBatch.Example(oneLeft.build(), 0, 0, 0));
        examples.set(1, example(7, "other", BROKEN));
        examples.set(3, example(8, "third"));
        BatchBuffers buffers = buffers(1);
        AugmentedBatch made = Source.single(new ClipBatch(0, examples))
                .via(BatchAugmenter.flow(settings(2), 11, buffers, EXECUTOR, stages))
                .runWith(Sink.head(), KIT.system())
                .toCompletableFuture()
                .get(120, TimeUnit.SECONDS);
        assertThat(made.damaged()).containsExactly(examples.get(1));
        assertThat(made.videoIds()).hasSize(CLIPS);
        assertThat(made.videoIds()[1]).isEqualTo(made.videoIds()[2]);
        assertThat(made.videoIds()[0]).isEqualTo(made.videoIds()[2]).isNotEqualTo(made.videoIds()[3]);
        byte[] views = bytes(buffers, made);
        int bytes = SIZE * SIZE * 3;
        for (int view = 0; view < 3; view++) {
            int row = view * CLIPS;
            assertThat(java.util.Arrays.copyOfRange(views, (row + 1) * bytes, (row + 2) * bytes))
                    .isEqualTo(java.util.Arrays.copyOfRange(views, (row + 2) * bytes, (row + 3) * bytes));
        }
        assertThat(stages.meter("augment", "views", "", "").failedCount()).isEqualTo(1);
    }

    private static ByteString cut(ByteString jpeg) {
        return jpeg.substring(0, jpeg.size() / 2);
    }

    @Test
    void aBatchWithoutAnyUsableClipFailsTheStreamAndGivesItsBufferBack() {
        BatchBuffers buffers = buffers(2);
        var done = Source.single(new ClipBatch(
                        5,
                        IntStream.range(0, CLIPS)
                                .mapToObj(i -> example(i, "v", BROKEN))
                                .toList()))
                .via(BatchAugmenter.flow(settings(2), 11, buffers, EXECUTOR, stages))
                .runWith(Sink.ignore(), KIT.system())
                .toCompletableFuture();
        assertThatThrownBy(() -> done.get(120, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(VitoException.class)
                .hasMessageContaining("batch 5");
        until(() -> buffers.available() == 2);
    }

    @Test
    void neverMoreBatchesThanBuffersAndAllComeBackOnCancellation() {
        BatchBuffers buffers = buffers(2);
        var probes = TestSource.<ClipBatch>probe(KIT.system().classicSystem())
                .via(BatchAugmenter.flow(settings(2), 11, buffers, EXECUTOR, stages))
                .toMat(TestSink.probe(KIT.system().classicSystem()), Keep.both())
                .run(KIT.system());
        TestPublisher.Probe<ClipBatch> in = probes.first();
        TestSubscriber.Probe<AugmentedBatch> out = probes.second();
        List<ClipBatch> batches = batches(5);
        out.request(5);
        batches.forEach(in::sendNext);
        AugmentedBatch first = out.expectNext();
        AugmentedBatch second = out.expectNext();
        assertThat(first.buffer()).isNotEqualTo(second.buffer());
        out.expectNoMessage(scala.concurrent.duration.Duration.create(300, TimeUnit.MILLISECONDS));
        first.release().run();
        first.release().run(); // twice does no harm
        AugmentedBatch third = out.expectNext();
        assertThat(third.buffer()).isEqualTo(first.buffer());
        assertThat(third.source().number()).isEqualTo(2);
        out.expectNoMessage(scala.concurrent.duration.Duration.create(300, TimeUnit.MILLISECONDS));
        out.cancel();
        in.expectCancellation();
        second.release().run();
        third.release().run();
        until(() -> buffers.available() == 2);
        assertThat(stages.meter("augment", "views", "", "").capacity()).isEqualTo(2);
    }

    @Test
    void aFailureAboveGivesBackWhatWasNotEmitted() {
        BatchBuffers buffers = buffers(3);
        var probes = TestSource.<ClipBatch>probe(KIT.system().classicSystem())
                .via(BatchAugmenter.flow(settings(2), 11, buffers, EXECUTOR, stages))
                .toMat(TestSink.probe(KIT.system().classicSystem()), Keep.both())
                .run(KIT.system());
        probes.second().request(1);
        batches(3).forEach(probes.first()::sendNext);
        AugmentedBatch emitted = probes.second().expectNext();
        until(() -> stages.meter("augment", "views", "", "").passed() == 3L * 3 * CLIPS);
        assertThat(buffers.available()).isZero();
        probes.first().sendError(new IllegalStateException("above"));
        until(() -> buffers.available() == 2);
        emitted.release().run();
        assertThat(buffers.available()).isEqualTo(3);
    }

    @Test
    void anExecutorThatRefusesFailsTheStream() {
        BatchBuffers buffers = buffers(2);
        ExecutorService closed = Executors.newSingleThreadExecutor();
        closed.shutdown();
        var done = Source.from(batches(3))
                .via(BatchAugmenter.flow(settings(2), 11, buffers, closed, stages))
                .runWith(Sink.ignore(), KIT.system())
                .toCompletableFuture();
        assertThatThrownBy(() -> done.get(120, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(java.util.concurrent.RejectedExecutionException.class);
        until(() -> buffers.available() == 2);
    }

    @Test
    void aBufferOfAnotherSizeIsRefused() {
        BatchBuffers buffers = new BatchBuffers(List.of(ByteBuffer.allocateDirect(100)));
        var done = Source.from(batches(1))
                .via(BatchAugmenter.flow(settings(2), 11, buffers, EXECUTOR, stages))
                .runWith(Sink.ignore(), KIT.system())
                .toCompletableFuture();
        assertThatThrownBy(() -> done.get(120, TimeUnit.SECONDS)).hasMessageContaining("expected [3, 4, 32, 32, 3]");
        until(() -> buffers.available() == 1);
    }

    private final List<ByteBuffer> memory = new ArrayList<>();

    private BatchBuffers buffers(int count) {
        memory.clear();
        for (int i = 0; i < count; i++) {
            memory.add(ByteBuffer.allocateDirect(3 * CLIPS * SIZE * SIZE * 3));
        }
        return new BatchBuffers(memory);
    }

    private byte[] bytes(BatchBuffers buffers, AugmentedBatch batch) {
        assertThat(batch.buffer()).isLessThan(buffers.count());
        byte[] views = new byte[3 * CLIPS * SIZE * SIZE * 3];
        memory.get(batch.buffer()).get(0, views);
        return views;
    }

    private static AugmentSettings settings(int parallelism) {
        return AugmentSettings.from(
                ConfigFactory.parseString("vito.augment { size = 32, parallelism = " + parallelism + " }")
                        .withFallback(ConfigFactory.load()));
    }

    private static List<ClipBatch> batches(int count) {
        return IntStream.range(0, count)
                .mapToObj(b -> new ClipBatch(
                        b,
                        IntStream.range(0, CLIPS)
                                .mapToObj(i -> example(b * CLIPS + i, "video"))
                                .toList()))
                .toList();
    }

    private static ClipBatch.Example example(int number, String video, ByteString... jpegs) {
        Clip.Builder clip = Clip.newBuilder().setClipId(video + "@" + number).setVideoId(video);
        if (jpegs.length > 0) {
            for (ByteString jpeg : jpegs) {
                clip.addFrames(Frame.newBuilder().setJpeg(jpeg));
            }
        } else {
            for (int i = 0; i < 4; i++) {
                byte[] pixels = ViewTransformTest.frame(50, 40, new Random(number * 4L + i));
                clip.addFrames(Frame.newBuilder().setJpeg(ByteString.copyFrom(Images.jpeg(50, 40, pixels, 90))));
            }
        }
        return new ClipBatch.Example(clip.build(), 0, 0, number);
    }

    private static void until(BooleanSupplier condition) {
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            assertThat(condition.getAsBoolean()).isTrue();
            return null;
        });
    }
}
