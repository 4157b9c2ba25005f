package org.vito.evaluator.data;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.vito.augment.Images;
import org.vito.protocol.VitoException;

/**
 * Pictures of ImageNet's classes with where people looked for what is on them: the validation part of ClickMe as Harmonization
 * ("Harmonizing the object recognition strategies of deep neural networks with humans", arXiv 2211.04533) publishes it: files {@code
 * val-0.tfrecords}, … of records {@code image} (JPEG, 256 by 256), {@code heatmap} (grey JPEG of that size) and {@code label}.
 *
 * @param name what the settings call it
 */
public record ClickMeSet(String name, List<Entry> entries) implements DataSet {
    /** Side of pictures and maps in the files, pixels. */
    public static final int SIDE = 256;

    private static final String FILES = "val-\\d+\\.tfrecords|clickme_val_\\d+";
    private static final String LAYOUT =
            "expected Harmonization's validation files val-0.tfrecords, …, there or in val/ (or clickme_val_0, …)";
    private static final int LONGEST = 16 << 20;
    private static final int AROUND = 16; // bytes of a record's length and checksums

    public ClickMeSet {
        entries = List.copyOf(entries);
    }

    /** Where a record lies. */
    public record Entry(Path file, long at) {
        /**
         * Reads it.
         *
         * @throws VitoException BAD_DATA_SET naming file and position if it is not what it should be
         */
        public Sample read() {
            try (FileChannel channel = FileChannel.open(file).position(at);
                    DataInputStream in = new DataInputStream(Channels.newInputStream(channel))) {
                byte[] data = TfRecords.next(in, LONGEST).orElseThrow(EOFException::new);
                Example example = Example.parseFrom(data);
                return new Sample(picture(bytes(example, "image")), picture(bytes(example, "heatmap")), label(example));
            } catch (InvalidProtocolBufferException e) {
                throw bad("no tf.train.Example", e);
            } catch (IOException | VitoException e) {
                throw bad(String.valueOf(e.getMessage()), e);
            }
        }

        private VitoException bad(String message, Exception cause) {
            return DataSets.bad("%s, record at byte %d: %s".formatted(file, at, message), cause);
        }
    }

    /**
     * A picture and its map.
     *
     * @param picture {@link #SIDE} by {@link #SIDE}
     * @param heat grey, {@link #SIDE} by {@link #SIDE}, the brighter the more people looked there
     * @param label class of ImageNet, 0 … 999 in the order of WordNet IDs
     */
    public record Sample(Images.Picture picture, Images.Picture heat, int label) {}

    /**
     * Finds the records, without reading more than their lengths.
     *
     * @param most records that are taken, evenly over all; 0 = all
     */
    static ClickMeSet open(String name, Path root, int most) {
        Path inside = root.resolve("val");
        Path directory = Files.isDirectory(inside) ? inside : root;
        List<Entry> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> shards = files.filter(
                            file -> file.getFileName().toString().matches(FILES))
                    .sorted()
                    .toList();
            for (Path shard : shards) {
                scan(name, shard, all);
            }
        } catch (IOException e) {
            throw DataSets.bad("data set %s: %s cannot be read: %s".formatted(name, directory, e), e);
        }
        if (all.isEmpty()) {
            throw DataSets.bad("data set %s: there is no record in %s; %s".formatted(name, directory, LAYOUT));
        }
        int count = most == 0 ? all.size() : Math.min(most, all.size());
        return new ClickMeSet(
                name,
                IntStream.range(0, count)
                        .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
                        .toList());
    }

    private static void scan(String name, Path file, List<Entry> to) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            long end = channel.size();
            for (long at = 0; at < end; ) {
                length.clear();
                int read = channel.read(length, at);
                long size = read < Long.BYTES ? -1 : length.getLong(0);
                if (size < 0 || size > LONGEST || at + AROUND + size > end) {
                    throw DataSets.bad(
                            "data set %s: %s has no whole record at byte %d of %d; is it copied whole? expected TFRecord"
                                    .formatted(name, file, at, end));
                }
                to.add(new Entry(file, at));
                at += AROUND + size;
            }
        }
    }

    private static ByteString bytes(Example example, String name) {
        Feature feature = feature(example, name);
        if (feature.getBytesList().getValueCount() != 1) {
            throw DataSets.bad("feature %s is not one string of bytes".formatted(name));
        }
        return feature.getBytesList().getValue(0);
    }

    private static int label(Example example) {
        Feature feature = feature(example, "label");
        long label = feature.getInt64List().getValueCount() == 1
                ? feature.getInt64List().getValue(0)
                : -1;
        if (label < 0 || label > 999) {
            throw DataSets.bad("feature label is %s; expected one class, 0 to 999"
                    .formatted(feature.getInt64List().getValueList()));
        }
        return (int) label;
    }

    private static Feature feature(Example example, String name) {
        return example.getFeatures().getFeatureOrDefault(name, Feature.getDefaultInstance());
    }

    private static Images.Picture picture(ByteString jpeg) {
        Images.Picture picture = Images.decodeRgb(jpeg.toByteArray());
        if (picture.width() != SIDE || picture.height() != SIDE) {
            throw DataSets.bad("a picture of %d by %d pixels; expected %d by %d"
                    .formatted(picture.width(), picture.height(), SIDE, SIDE));
        }
        return picture;
    }
}
