package org.vito.ingest.curation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Vectors of length 1 by name, on disk, and their nearest neighbours by cosine: Lucene's approximate search. What is added is
 * found by searches after the next {@link #refresh}, and survives the process after the next {@link #save}.
 */
public final class VectorIndex implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VectorIndex.class);
    private static final String NAME = "name";
    private static final String VECTOR = "vector";
    private static final int BUFFER_MB = 64;

    /** A vector's name and its cosine with the one that was asked about. */
    public record Neighbour(String name, double cosine) {}

    /** Told of every vector. */
    public interface Visitor {
        void see(String name, float[] vector);
    }

    private final Path path;
    private final Directory directory;
    private final IndexWriter writer;
    private final SearcherManager searchers;

    private VectorIndex(Path path, Directory directory, IndexWriter writer) throws IOException {
        this.path = path;
        this.directory = directory;
        this.writer = writer;
        searchers = new SearcherManager(writer, null);
    }

    /**
     * Opens the index of a directory, or begins one there, also in place of one that is damaged or of another version.
     *
     * @throws VitoException STORAGE if it cannot be read or written
     */
    public static VectorIndex open(Path path) {
        return open(path, IndexWriterConfig.OpenMode.CREATE_OR_APPEND, BUFFER_MB);
    }

    /** As {@link #open(Path)}, without what was there. */
    public static VectorIndex create(Path path) {
        return create(path, BUFFER_MB);
    }

    /**
     * As {@link #create(Path)}, for many vectors at once.
     *
     * @param bufferMb memory for what is not on the disk yet, of the Java heap, in MiB; the more, the fewer parts there are to be
     *     searched and merged
     */
    public static VectorIndex create(Path path, int bufferMb) {
        return open(path, IndexWriterConfig.OpenMode.CREATE, bufferMb);
    }

    private static VectorIndex open(Path path, IndexWriterConfig.OpenMode mode, int bufferMb) {
        IndexWriterConfig config = new IndexWriterConfig()
                .setOpenMode(mode)
                .setRAMBufferSizeMB(bufferMb)
                .setCodec(new Lucene912Codec() {
                    @Override
                    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return new WideVectorsFormat();
                    }
                });
        Directory directory = null;
        IndexWriter writer = null;
        try {
            directory = FSDirectory.open(path);
            writer = new IndexWriter(directory, config);
            return new VectorIndex(path, directory, writer);
        } catch (IOException | IllegalArgumentException e) {
            closeQuietly(writer);
            closeQuietly(directory);
            boolean unreadable = e instanceof IllegalArgumentException // its format has a name that nobody knows
                    || e instanceof CorruptIndexException
                    || e instanceof IndexFormatTooOldException
                    || e instanceof IndexFormatTooNewException;
            if (unreadable && mode != IndexWriterConfig.OpenMode.CREATE) {
                LOG.warn(
                        "the index of vectors in {} is damaged or of another version, an empty one takes its place",
                        path,
                        e);
                return create(path, bufferMb);
            }
            throw new VitoException(Reason.STORAGE, "the index of vectors in " + path + " cannot be opened: " + e, e);
        }
    }

    private static void closeQuietly(@Nullable AutoCloseable resource) {
        try {
            if (resource != null) {
                resource.close();
            }
        } catch (Exception e) {
            throw new VitoException(Reason.STORAGE, "cannot close an index of vectors: " + e, e);
        }
    }

    /** Adds a vector, in place of another of this name. */
    public void add(String name, float[] vector) {
        Document document = new Document();
        document.add(new StringField(NAME, name, Field.Store.YES));
        document.add(new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT));
        run(() -> writer.updateDocument(new Term(NAME, name), document));
    }

    /** Removes the vector of this name, if there is one. */
    public void remove(String name) {
        run(() -> writer.deleteDocuments(new Term(NAME, name)));
    }

    /** Whether searches may find a vector of this name. */
    public boolean contains(String name) {
        return search(searcher -> searcher.count(new TermQuery(new Term(NAME, name))) > 0);
    }

    /** Lets searches find what was added. */
    public void refresh() {
        run(searchers::maybeRefreshBlocking);
    }

    /** Writes what was added to the disk. */
    public void save() {
        run(writer::commit);
    }

    /** Number of parts that each search goes through. */
    public int parts() {
        return search(searcher -> searcher.getIndexReader().leaves().size());
    }

    /** Number of vectors that searches may find. */
    public int size() {
        return search(searcher -> searcher.getIndexReader().numDocs());
    }

    /**
     * The nearest neighbours of {@code vector}, nearest first; approximately so.
     *
     * @param count how many at most
     * @param breadth candidates kept on the way, at least {@code count}: the more, the surer
     */
    public List<Neighbour> nearest(float[] vector, int count, int breadth) {
        return search(searcher -> {
            KnnFloatVectorQuery query = new KnnFloatVectorQuery(VECTOR, vector, Math.max(count, breadth));
            StoredFields fields = searcher.storedFields();
            List<Neighbour> found = new ArrayList<>();
            for (ScoreDoc hit : searcher.search(query, count).scoreDocs) {
                String name = fields.document(hit.doc, Set.of(NAME)).get(NAME);
                found.add(new Neighbour(name, 2.0 * hit.score - 1)); // Lucene's score is (1 + cosine) / 2
            }
            return found;
        });
    }

    /** Shows all vectors that searches may find, in no order. @return how many */
    public int visit(Visitor visitor) {
        return search(searcher -> {
            int shown = 0;
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                FloatVectorValues vectors = leaf.reader().getFloatVectorValues(VECTOR);
                Bits live = leaf.reader().getLiveDocs();
                StoredFields fields = leaf.reader().storedFields();
                while (vectors != null && vectors.nextDoc() != FloatVectorValues.NO_MORE_DOCS) {
                    if (live == null || live.get(vectors.docID())) {
                        String name =
                                fields.document(vectors.docID(), Set.of(NAME)).get(NAME);
                        visitor.see(name, vectors.vectorValue().clone());
                        shown++;
                    }
                }
            }
            return shown;
        });
    }

    private interface Question<T> {
        T ask(IndexSearcher searcher) throws IOException;
    }

    private interface Change {
        void make() throws IOException;
    }

    private <T> T search(Question<T> question) {
        try {
            IndexSearcher searcher = searchers.acquire();
            try {
                return question.ask(searcher);
            } finally {
                searchers.release(searcher);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void run(Change change) {
        try {
            change.make();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private VitoException failed(IOException e) {
        return new VitoException(Reason.STORAGE, "the index of vectors in " + path + " fails: " + e, e);
    }

    /** Saves and closes. */
    @Override
    public void close() {
        run(() -> {
            searchers.close();
            writer.close();
            directory.close();
        });
    }
}
