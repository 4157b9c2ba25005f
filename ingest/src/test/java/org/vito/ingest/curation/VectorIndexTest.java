package org.vito.ingest.curation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.VitoException;

class VectorIndexTest {
    private static final int DIMENSIONS = 2048;
    private static final int VECTORS = 1500;

    @TempDir
    Path directory;

    /** A vector near one of fifty centres, as features of alike videos are. */
    static float[] vector(int number, int dimensions) {
        CounterRandom centre = CounterRandom.of(1, "centre", number % 50, 0);
        CounterRandom own = CounterRandom.of(1, "own", number, 0);
        float[] vector = new float[dimensions];
        double squares = 0;
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) (centre.nextDouble() - 0.5 + 0.7 * (own.nextDouble() - 0.5));
            squares += vector[i] * vector[i];
        }
        for (int i = 0; i < dimensions; i++) {
            vector[i] /= (float) Math.sqrt(squares);
        }
        return vector;
    }

    static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    @Test
    void neighboursAreThoseOfExactSearchAlsoAfterReopening() {
        List<float[]> vectors = new ArrayList<>();
        try (VectorIndex index = VectorIndex.open(directory)) {
            for (int i = 0; i < VECTORS; i++) {
                vectors.add(vector(i, DIMENSIONS));
                index.add("v" + i, vectors.get(i));
            }
            assertThat(index.size()).isZero(); // not refreshed yet
        }
        try (VectorIndex index = VectorIndex.open(directory)) {
            assertThat(index.size()).isEqualTo(VECTORS);
            int found = 0;
            for (int q = 0; q < 50; q++) {
                float[] query = vector(VECTORS + q, DIMENSIONS);
                Map<Double, String> exact = new TreeMap<>();
                for (int i = 0; i < VECTORS; i++) {
                    exact.put(-cosine(query, vectors.get(i)), "v" + i);
                }
                Set<String> best = exact.values().stream().limit(10).collect(Collectors.toSet());
                List<VectorIndex.Neighbour> nearest = index.nearest(query, 10, 100);
                assertThat(nearest).hasSize(10);
                for (VectorIndex.Neighbour neighbour : nearest) {
                    int number = Integer.parseInt(neighbour.name().substring(1));
                    assertThat(neighbour.cosine()).isCloseTo(cosine(query, vectors.get(number)), within(1e-5));
                    found += best.contains(neighbour.name()) ? 1 : 0;
                }
            }
            assertThat(found / 500.0).as("recall").isGreaterThan(0.95);
        }
    }

    @Test
    void aNameHasOneVectorAndAllAreShown() {
        try (VectorIndex index = VectorIndex.open(directory)) {
            index.add("a", vector(1, 8));
            index.add("b", vector(2, 8));
            index.add("a", vector(3, 8));
            index.refresh();
            assertThat(index.size()).isEqualTo(2);
            Set<String> seen = new HashSet<>();
            index.visit((name, vector) -> {
                seen.add(name);
                assertThat(cosine(vector, vector(name.equals("a") ? 3 : 2, 8))).isCloseTo(1, within(1e-6));
            });
            assertThat(seen).containsExactlyInAnyOrder("a", "b");
            assertThat(index.nearest(vector(3, 8), 1, 10).get(0).name()).isEqualTo("a");
            index.remove("a");
            index.remove("nobody");
            index.refresh();
            assertThat(index.contains("a")).isFalse();
            assertThat(index.contains("b")).isTrue();
            assertThat(index.nearest(vector(3, 8), 1, 10).get(0).name()).isEqualTo("b");
        }
    }

    /** A format that no version has. */
    private static final class OtherFormat extends KnnVectorsFormat {
        private final KnnVectorsFormat format = new WideVectorsFormat();

        OtherFormat() {
            super("NobodyKnowsIt");
        }

        @Override
        public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
            return format.fieldsWriter(state);
        }

        @Override
        public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
            return format.fieldsReader(state);
        }
    }

    @Test
    void anIndexOfAnotherVersionGivesWayToAnEmptyOne() throws Exception {
        IndexWriterConfig config = new IndexWriterConfig().setCodec(new Lucene912Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return new OtherFormat();
            }
        });
        try (Directory files = FSDirectory.open(directory);
                IndexWriter writer = new IndexWriter(files, config)) {
            Document document = new Document();
            document.add(new KnnFloatVectorField("vector", vector(1, 8), VectorSimilarityFunction.DOT_PRODUCT));
            writer.addDocument(document);
        }
        assertBegunAnew();
    }

    @Test
    void aDamagedIndexGivesWayToAnEmptyOne() throws Exception {
        try (VectorIndex index = VectorIndex.open(directory)) {
            index.add("a", vector(1, 8));
        }
        try (Stream<Path> files = Files.list(directory)) {
            Path data = files.filter(file -> file.toString().endsWith(".cfs"))
                    .findFirst()
                    .orElseThrow();
            Files.write(data, Arrays.copyOf(Files.readAllBytes(data), 100));
        }
        assertBegunAnew();
    }

    private void assertBegunAnew() {
        try (VectorIndex index = VectorIndex.open(directory)) {
            assertThat(index.size()).isZero();
            index.add("b", vector(2, 8));
        }
        try (VectorIndex index = VectorIndex.open(directory)) {
            assertThat(index.contains("b")).isTrue();
        }
    }

    @Test
    void oneIndexIsOpenOnce() {
        try (VectorIndex index = VectorIndex.open(directory)) {
            index.save();
            assertThatThrownBy(() -> VectorIndex.open(directory))
                    .isInstanceOf(VitoException.class)
                    .hasMessageContaining(directory.toString());
        }
    }
}
