package org.vito.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.vito.ingest.curation.VectorIndex;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * How fast, and how surely, the index of curation finds a vector's neighbours among many.
 *
 * <p>Vectors are made, of length 1, as features of a trained network are spread: none of their coordinates is negative, as after the
 * last ReLU of a ResNet, and there are far fewer ways in which they differ than coordinates, {@value #WAYS} (Ansuini, Laio, Macke and
 * Zoccolan 2019 found 10 to 25 in the last layers of networks trained on ImageNet). In these directions they are normally distributed
 * about {@value #CLASSES} centres. Questions are vectors of the same sort that are not in the index.
 */
public final class VectorBenchmark {
    private static final long SEED = 11;
    private static final int CLASSES = 1000;
    private static final int WAYS = 24;
    private static final double OWN = 0.7; // standard deviation about a centre, that of centres being 1
    private static final int NEIGHBOURS = 10;
    private static final int JUDGED = 200; // questions that are answered exactly too
    private static final int ASKED = 4_000; // for the speed
    private static final int CURATION = 64; // the breadth that the rule neighbours asks for
    private static final int[] BREADTHS = {16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512};
    private static final int MOST_BUFFER_MB = 1900; // of a thread Lucene holds no more

    private final int count;
    private final int dimensions;
    private final int threads;
    private final float[][] directions;

    private VectorBenchmark(int count, int dimensions, int threads) {
        this.count = count;
        this.dimensions = dimensions;
        this.threads = threads;
        directions = directions(dimensions);
    }

    /**
     * What was measured.
     *
     * @param parts of the index, each with a graph of its own
     * @param buildSeconds to add the vectors and write them
     * @param bytes on the disk
     * @param heapBytes of Java's memory that are in use by the open index, the vectors to compare with left out
     * @param searches with less and more breadth, up to that of curation and to the first that found 0.95 of the neighbours
     */
    public record Result(int parts, double buildSeconds, long bytes, long heapBytes, List<Searches> searches) {
        public Result {
            searches = List.copyOf(searches);
        }
    }

    /**
     * Searches for ten neighbours by all threads.
     *
     * @param breadth candidates kept on the way
     * @param recall share of the true ten nearest that was found, 0 … 1
     */
    public record Searches(int breadth, double perSecond, double recall) {}

    /**
     * Measures. The vectors take {@code 4 * count * dimensions} bytes of memory, and as many again while the index is built.
     *
     * @param directory that must not exist; removed in the end
     * @param dimensions of a vector
     * @param threads that add, and that search
     */
    public static Result run(Path directory, int count, int dimensions, int threads) {
        try {
            return new VectorBenchmark(count, dimensions, threads).measure(Files.createDirectories(directory));
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, directory + " cannot be made: " + e, e);
        } finally {
            remove(directory);
        }
    }

    private Result measure(Path directory) {
        float[][] vectors = new float[count][];
        forEach(count, i -> vectors[i] = vector("stored", i));
        float[][] questions = new float[ASKED][];
        forEach(ASKED, i -> questions[i] = vector("asked", i));
        int[][] exact = new int[JUDGED][];
        forEach(JUDGED, i -> exact[i] = nearest(vectors, questions[i]));
        long before = usedBytes();
        long begin = System.nanoTime();
        try (VectorIndex index = VectorIndex.create(directory, Math.multiplyExact(threads, MOST_BUFFER_MB))) {
            forEach(count, i -> index.add(String.valueOf(i), vectors[i]));
            index.save();
            index.refresh();
            double seconds = (System.nanoTime() - begin) / 1e9;
            Arrays.fill(vectors, null);
            long after = usedBytes() + 4L * count * dimensions;
            List<Searches> searches = new ArrayList<>();
            for (int breadth : BREADTHS) {
                Searches measured = searches(index, questions, exact, breadth);
                searches.add(measured);
                if (measured.recall() >= 0.95 && breadth >= CURATION) {
                    break;
                }
            }
            return new Result(index.parts(), seconds, bytes(directory), Math.max(0, after - before), searches);
        }
    }

    private Searches searches(VectorIndex index, float[][] questions, int[][] exact, int breadth) {
        AtomicInteger found = new AtomicInteger();
        forEach(
                JUDGED,
                i -> { // and so that what follows is compiled and its pages are in memory
                    Set<String> wanted = new HashSet<>();
                    Arrays.stream(exact[i]).forEach(near -> wanted.add(String.valueOf(near)));
                    index.nearest(questions[i], NEIGHBOURS, breadth).stream()
                            .filter(near -> wanted.contains(near.name()))
                            .forEach(near -> found.incrementAndGet());
                });
        forEach(ASKED, i -> index.nearest(questions[i], NEIGHBOURS, breadth));
        long begin = System.nanoTime();
        forEach(ASKED, i -> index.nearest(questions[i], NEIGHBOURS, breadth));
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Searches(breadth, ASKED / seconds, found.get() / (double) (JUDGED * NEIGHBOURS));
    }

    private float[] vector(String purpose, int number) {
        CounterRandom own = CounterRandom.of(SEED, purpose, number, 0);
        CounterRandom ofClass = CounterRandom.of(SEED, "class", own.nextInt(CLASSES), 0);
        float[] vector = new float[dimensions];
        for (int way = 0; way < WAYS; way++) {
            float along = (float) (ofClass.nextGaussian() + OWN * own.nextGaussian());
            for (int i = 0; i < dimensions; i++) {
                vector[i] += along * directions[way][i];
            }
        }
        double squares = 1e-12;
        for (int i = 0; i < dimensions; i++) {
            vector[i] = Math.max(0, vector[i]);
            squares += vector[i] * vector[i];
        }
        float length = (float) Math.sqrt(squares);
        for (int i = 0; i < dimensions; i++) {
            vector[i] /= length;
        }
        return vector;
    }

    private static float[][] directions(int dimensions) {
        float[][] directions = new float[WAYS][dimensions];
        for (int way = 0; way < WAYS; way++) {
            CounterRandom random = CounterRandom.of(SEED, "direction", way, 0);
            for (int i = 0; i < dimensions; i++) {
                directions[way][i] = (float) random.nextGaussian();
            }
        }
        return directions;
    }

    /** The numbers of the nearest, by comparing with all. */
    private static int[] nearest(float[][] vectors, float[] question) {
        double[] best = new double[NEIGHBOURS];
        int[] which = new int[NEIGHBOURS];
        Arrays.fill(best, Double.NEGATIVE_INFINITY);
        for (int i = 0; i < vectors.length; i++) {
            double cosine = dot(vectors[i], question);
            int at = NEIGHBOURS - 1;
            if (cosine <= best[at]) {
                continue;
            }
            for (; at > 0 && best[at - 1] < cosine; at--) {
                best[at] = best[at - 1];
                which[at] = which[at - 1];
            }
            best[at] = cosine;
            which[at] = i;
        }
        return which;
    }

    private static float dot(float[] a, float[] b) {
        float even = 0;
        float odd = 0;
        int i = 0;
        for (; i + 1 < a.length; i += 2) {
            even += a[i] * b[i];
            odd += a[i + 1] * b[i + 1];
        }
        return i < a.length ? even + odd + a[i] * b[i] : even + odd;
    }

    /** Calls {@code task} for 0 … n-1 by all threads. */
    private void forEach(int n, IntConsumer task) {
        AtomicInteger next = new AtomicInteger();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CompletableFuture<?>[] all = IntStream.range(0, threads)
                    .mapToObj(thread -> CompletableFuture.runAsync(
                            () -> {
                                for (int i = next.getAndIncrement(); i < n; i = next.getAndIncrement()) {
                                    task.accept(i);
                                }
                            },
                            executor))
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(all).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        } finally {
            executor.shutdownNow();
        }
    }

    @SuppressWarnings("System.GC") // what is in use is asked for, not what was
    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long bytes(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            long sum = 0;
            for (Path file : files.toList()) {
                sum += Files.size(file);
            }
            return sum;
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, directory + " cannot be read: " + e, e);
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, directory + " cannot be removed: " + e, e);
        }
    }
}
