package org.vito.evaluator.data;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Features;
import org.tensorflow.proto.Int64List;
import org.vito.augment.Images;

/** A small set in the layout of ClickMe: a bright patch on noise, where people look at the patch. */
public final class MadeClickMe {
    private static final int SIDE = ClickMeSet.SIDE;

    private MadeClickMe() {}

    /** Writes two files of {@code each} pictures. */
    public static void write(Path root, int each) {
        try {
            Files.createDirectories(root.resolve("val"));
            for (int shard = 0; shard < 2; shard++) {
                try (OutputStream out = Files.newOutputStream(root.resolve("val/val-%d.tfrecords".formatted(shard)))) {
                    for (int i = 0; i < each; i++) {
                        TfRecords.write(out, example(shard * each + i).toByteArray());
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the patch of a picture begins, both ways. */
    public static int corner(int index) {
        return 20 + 30 * (index % 5);
    }

    static Example example(int index) {
        byte[] picture = new byte[3 * SIDE * SIDE];
        byte[] heat = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < SIDE * SIDE; i++) {
            int x = i % SIDE - corner(index);
            int y = i / SIDE - corner(index);
            boolean inside = x >= 0 && x < 80 && y >= 0 && y < 80;
            for (int c = 0; c < 3; c++) {
                picture[3 * i + c] = (byte) (inside ? (x / 8 + y / 8) % 2 * 250 : 100 + c);
                heat[3 * i + c] = (byte) (inside ? 200 : 10);
            }
        }
        return example(Images.jpeg(SIDE, SIDE, picture, 95), Images.jpeg(SIDE, SIDE, heat, 95), 7L * index);
    }

    static Example example(byte[] picture, byte[] heat, long label) {
        return Example.newBuilder()
                .setFeatures(Features.newBuilder()
                        .putFeature("image", bytes(picture))
                        .putFeature("heatmap", bytes(heat))
                        .putFeature(
                                "label",
                                Feature.newBuilder()
                                        .setInt64List(Int64List.newBuilder().addValue(label))
                                        .build()))
                .build();
    }

    private static Feature bytes(byte[] value) {
        return Feature.newBuilder()
                .setBytesList(BytesList.newBuilder().addValue(ByteString.copyFrom(value)))
                .build();
    }
}
