package org.vito.deploy.embed;

import akka.NotUsed;
import akka.stream.javadsl.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.vito.decode.Decoders;
import org.vito.decode.VideoInfo;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Frame;

/** Streams of what is to be encoded, in the order of the files, read and decoded some ahead. */
final class Inputs {
    /** Frames asked of a decoder at once. */
    private static final int FRAMES = 32;

    /** A video that ends this much before its stated end is damaged. */
    private static final long MISSING_US = 1_000_000;

    private final InputFiles files;
    private final Pictures pictures;
    private final Executor executor;
    private final int parallelism;

    /** Reads {@code parallelism} pictures at the same time, on {@code executor}. */
    Inputs(InputFiles files, Pictures pictures, Executor executor, int parallelism) {
        this.files = files;
        this.pictures = pictures;
        this.executor = executor;
        this.parallelism = parallelism;
    }

    /** Every file as an image. */
    Source<Input, NotUsed> images() {
        return Source.from(files.files())
                .mapAsync(parallelism, file -> CompletableFuture.supplyAsync(() -> image(file), executor))
                .mapConcat(inputs -> inputs);
    }

    private List<Input> image(Path file) {
        String name = files.name(file);
        Input input;
        try {
            input = pictures.read(name, OptionalLong.empty(), Files.readAllBytes(file));
        } catch (VitoException e) {
            input = refused(name, e);
        } catch (IOException e) {
            input = new Input.Refused(name, Reason.STORAGE, String.valueOf(e.getMessage()));
        }
        return List.of(input, new Input.Done(name));
    }

    /** Frames of every file as a video, the nearest to the times 0, {@code every}, 2 {@code every}, … */
    Source<Input, NotUsed> videos(Decoders decoders, int children, Duration every) {
        return Source.from(files.files())
                .mapAsync(children, file -> parts(decoders, file, every))
                .mapConcat(parts -> parts)
                .mapAsync(children, part -> part.decode(decoders))
                .mapConcat(inputs -> inputs)
                .mapAsync(parallelism, this::picture);
    }

    /** A piece of the work on a video, or the news that it is done or refused. */
    private interface Part {
        CompletionStage<List<Object>> decode(Decoders decoders);
    }

    private record Encoded(String name, Frame frame) {}

    private CompletionStage<Iterable<Part>> parts(Decoders decoders, Path file, Duration every) {
        String name = files.name(file);
        return decoders.probe(file)
                .<Iterable<Part>>thenApply(info -> () -> parts(file, name, info, every.toNanos() / 1000))
                .exceptionally(e -> List.of(news(refused(name, e)), news(new Input.Done(name))));
    }

    private Iterator<Part> parts(Path file, String name, VideoInfo info, long everyUs) {
        long frames = Math.max(1, (info.durationUs() + everyUs - 1) / everyUs);
        long parts = (frames + FRAMES - 1) / FRAMES;
        Stream<Part> decoding = LongStream.range(0, parts).mapToObj(part -> {
            List<Long> times = LongStream.range(part * FRAMES, Math.min(frames, (part + 1) * FRAMES))
                    .map(i -> i * everyUs)
                    .boxed()
                    .toList();
            return decoders -> decode(decoders, file, name, times, info.durationUs());
        });
        return Stream.concat(decoding, Stream.of(news(new Input.Done(name)))).iterator();
    }

    private static Part news(Input input) {
        return decoders -> CompletableFuture.completedFuture(List.of(input));
    }

    private static CompletionStage<List<Object>> decode(
            Decoders decoders, Path file, String name, List<Long> times, long durationUs) {
        return decoders.frames(file, times)
                .<List<Object>>thenApply(frames -> {
                    List<Object> inputs = new ArrayList<>();
                    frames.forEach(frame -> inputs.add(new Encoded(name, frame)));
                    if (frames.size() < times.size() && times.get(frames.size()) < durationUs - MISSING_US) {
                        inputs.add(new Input.Refused(
                                name,
                                Reason.DAMAGED_VIDEO,
                                "no frame can be had at %d us and after, of %d us"
                                        .formatted(times.get(frames.size()), durationUs)));
                    }
                    return inputs;
                })
                .exceptionally(e -> List.of(refused(name, e)));
    }

    private CompletionStage<Input> picture(Object input) {
        if (input instanceof Encoded encoded) {
            return CompletableFuture.supplyAsync(() -> picture(encoded), executor);
        }
        return CompletableFuture.completedFuture((Input) input);
    }

    private Input picture(Encoded encoded) {
        try {
            return pictures.read(
                    encoded.name(),
                    OptionalLong.of(encoded.frame().getPtsUs()),
                    encoded.frame().getJpeg().toByteArray());
        } catch (VitoException e) {
            return refused(encoded.name(), e);
        }
    }

    private static Input.Refused refused(String name, Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return new Input.Refused(name, VitoException.reasonOf(cause), String.valueOf(cause.getMessage()));
    }
}
