package org.vito.ingest.curation;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Lucene's graph of neighbours (HNSW) for vectors of up to 4,096 dimensions; its own limit, 1,024, is less than a ResNet-50's
 * features have. Lucene finds it by its name when it opens an index.
 */
public final class WideVectorsFormat extends KnnVectorsFormat {
    private static final int MOST_DIMENSIONS = 4096;

    private final KnnVectorsFormat format = new Lucene99HnswVectorsFormat();

    /** For Lucene, which makes it by its name. */
    public WideVectorsFormat() {
        super("VitoWideVectors");
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        return format.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        return format.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String field) {
        return MOST_DIMENSIONS;
    }
}
