package org.vito.learner;

import com.google.protobuf.ByteString;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.Frame;

/** Clips for tests. */
public final class TestClips {
    private TestClips() {}

    /** The {@code index}-th clip of video {@code video}, without pictures, for tests in which nobody looks at the frames. */
    public static Clip clip(String video, int index) {
        return Clip.newBuilder()
                .setClipId(video + "@" + index)
                .setVideoId(video)
                .setStartUs(index)
                .setLengthUs(2_560_000)
                .addFrames(Frame.newBuilder().setJpeg(ByteString.copyFrom(new byte[] {1, 2, 3})))
                .build();
    }

    /** The {@code index}-th clip of video {@code video}: four frames of 64 × 48 random pixels. */
    public static Clip noise(String video, int index) throws IOException {
        Clip.Builder clip =
                clip(video, index).toBuilder().clearFrames().setWidth(64).setHeight(48);
        CounterRandom random = CounterRandom.of(2, clip.getClipId(), 0, 0);
        for (int frame = 0; frame < 4; frame++) {
            BufferedImage image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
            for (int i = 0; i < 64 * 48; i++) {
                image.setRGB(i % 64, i / 64, random.nextInt() & 0xffffff);
            }
            ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
            ImageIO.write(image, "jpg", jpeg);
            clip.addFrames(Frame.newBuilder()
                    .setPtsUs(frame * 640_000L)
                    .setWantedUs(frame * 640_000L)
                    .setJpeg(ByteString.copyFrom(jpeg.toByteArray())));
        }
        return clip.build();
    }
}
