package org.vito.ingest.curation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CentresTest {
    private static final int CLUSTERS = 10;

    /** A vector close to one of ten that are far from each other. */
    private static float[] vector(int number) {
        float[] centre = VectorIndexTest.vector(number % CLUSTERS, 64);
        float[] own = VectorIndexTest.vector(number, 64);
        float[][] rows = {centre, centre, centre, own};
        return Vectors.mean(rows);
    }

    @Test
    void vectorsOfOneCentreAreOneCluster() {
        List<float[]> vectors =
                IntStream.range(0, 500).mapToObj(CentresTest::vector).toList();
        Centres centres = Centres.of(vectors, CLUSTERS);
        assertThat(centres.size()).isEqualTo(CLUSTERS);
        Set<Integer> clusters = new HashSet<>();
        for (int kind = 0; kind < CLUSTERS; kind++) {
            clusters.add(centres.nearest(vectors.get(kind)));
            for (int i = kind; i < 600; i += CLUSTERS) { // strangers too
                assertThat(centres.nearest(vector(i))).isEqualTo(centres.nearest(vectors.get(kind)));
            }
        }
        assertThat(clusters).hasSize(CLUSTERS);
        assertThat(Centres.of(vectors, CLUSTERS).nearest(vector(3)))
                .as("the same for the same vectors")
                .isEqualTo(centres.nearest(vector(3)));
    }

    @Test
    void thereAreNoMoreCentresThanVectors() {
        float[] one = VectorIndexTest.vector(1, 8);
        float[] two = VectorIndexTest.vector(2, 8);
        Centres centres = Centres.of(List.of(one, two), 9);
        assertThat(centres.size()).isEqualTo(2);
        assertThat(centres.nearest(one)).isNotEqualTo(centres.nearest(two));
        assertThat(Centres.of(List.of(one, one, one), 2).nearest(one)).isZero();
    }
}
