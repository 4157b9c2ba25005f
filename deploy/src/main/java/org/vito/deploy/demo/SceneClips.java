package org.vito.deploy.demo;

import com.google.protobuf.ByteString;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.Frame;

/** Clips of drawn scenes with grain like that of a camera, as decoding would leave them in Kafka; for benchmarks. */
public final class SceneClips {
    private static final long LENGTH_US = 2_560_000;
    private static final int GRAIN = 12; // of 255: so that a JPEG has about the size of one of a real video
    private static final float QUALITY = 0.9f;
    private static final int CLIPS_A_VIDEO = 4;
    private static final int DRAWN = 64; // clips that differ; more repeat their pictures
    private static final long TIMEOUT_SECONDS = 60;

    private SceneClips() {}

    /**
     * Writes clips into the topic of clips and returns when Kafka has them.
     *
     * @param shortSide of the pictures, whose sides are as 4 to 3
     * @throws VitoException KAFKA if Kafka does not take them
     */
    public static void send(KafkaAccess kafka, int clips, int shortSide, int frames) {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(new HashMap<String, Object>(kafka.producer()))) {
            Future<RecordMetadata> last = null;
            Clip[] drawn = new Clip[Math.min(DRAWN, clips)];
            for (int number = 0; number < clips; number++) {
                int picture = number % drawn.length;
                if (drawn[picture] == null) {
                    drawn[picture] = draw(picture, shortSide, frames);
                }
                String video = "scene" + number / CLIPS_A_VIDEO;
                long startUs = number % CLIPS_A_VIDEO * LENGTH_US;
                last = producer.send(Topics.CLIPS.record(drawn[picture].toBuilder()
                        .setClipId(video + "@" + startUs)
                        .setVideoId(video)
                        .setStartUs(startUs)
                        .build()));
            }
            producer.flush();
            if (last != null) {
                last.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new VitoException(Reason.KAFKA, "Kafka did not take the clips: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VitoException(Reason.INTERNAL, "interrupted while clips were written", e);
        }
    }

    private static Clip draw(int number, int shortSide, int frames) {
        int longSide = shortSide * 4 / 3;
        Scene scene = Scene.of(CounterRandom.of(number, "scene", 0, 0));
        Clip.Builder clip =
                Clip.newBuilder().setLengthUs(LENGTH_US).setWidth(longSide).setHeight(shortSide);
        for (int i = 0; i < frames; i++) {
            long timeUs = LENGTH_US * i / frames;
            byte[] jpeg = jpeg(picture(scene, number, i, timeUs, longSide, shortSide));
            clip.addFrames(
                    Frame.newBuilder().setPtsUs(timeUs).setWantedUs(timeUs).setJpeg(ByteString.copyFrom(jpeg)));
        }
        return clip.build();
    }

    private static BufferedImage picture(Scene scene, int number, int frame, long timeUs, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            scene.paintBackground(g, width, timeUs / 1e6, CounterRandom.of(number, "layout", 0, 0));
            scene.paintForeground(g, width, timeUs / 1e6);
        } finally {
            g.dispose();
        }
        CounterRandom random = CounterRandom.of(number, "grain", frame, 0);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int rgb = image.getRGB(x, y);
                int grain = random.nextInt(2 * GRAIN + 1) - GRAIN;
                image.setRGB(x, y, lit(rgb >> 16, grain) << 16 | lit(rgb >> 8, grain) << 8 | lit(rgb, grain));
            }
        }
        return image;
    }

    private static int lit(int value, int grain) {
        return Math.min(255, Math.max(0, (value & 0xff) + grain));
    }

    private static byte[] jpeg(BufferedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam quality = writer.getDefaultWriteParam();
            quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            quality.setCompressionQuality(QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), quality);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
