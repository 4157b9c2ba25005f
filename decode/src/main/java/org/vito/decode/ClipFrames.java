package org.vito.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.vito.decode.child.v1.Kept;
import org.vito.decode.child.v1.KeptFrame;
import org.vito.decode.child.v1.Sampled;
import org.vito.decode.child.v1.SampledFrame;
import org.vito.decode.child.v1.SampledWindow;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/** Frames of a video's clips that need not be decoded, since the same were decoded before: by the times that clips want them for. */
final class ClipFrames {
    // That a frame is the nearest to a wanted time is known if the frames on both sides are. A decoder process decides
    // it in exact fractions of seconds, here times are rounded to microseconds; so a time that lies in the middle of
    // two frames as far as that tells is left to the process, and so are videos whose frames are no more than a few
    // microseconds apart.

    static final int VERSION = 1; // another one whenever the bytes of a frame may be others
    private static final int LEAST_US = 4;
    private static final ClipFrames NONE = new ClipFrames(Kept.getDefaultInstance());

    private final Kept kept;
    private final Map<Long, SampledFrame> frames = new HashMap<>();

    private ClipFrames(Kept kept) {
        this.kept = kept;
        kept.getFramesList().forEach(each -> each.getWantedUsList().forEach(us -> frames.put(us, each.getFrame())));
    }

    /**
     * Of the first frames of {@code video} those that its clips hold, for {@link #read}; nothing if there are none, if any of
     * them may not be sound, and if the frames between those of a clip matter too, as they do where cuts are looked for.
     *
     * @param first windows of one frame each, ascending, none left out
     * @param sampled what was said behind them
     */
    static ByteString of(StoredVideo video, List<SampledWindow> first, Sampled sampled, DecodeSettings settings) {
        long[] times = first.stream()
                .mapToLong(window -> window.getFrames(0).getPtsUs())
                .toArray();
        if (settings.window().shotCuts() == DecodeSettings.ShotCuts.AVOID
                || sampled.getLostCount() > 0
                || video.getDurationUs() > settings.limits().maxDurationUs()
                || !areApart(times)) {
            return ByteString.EMPTY;
        }
        DecodeSegment spanned = DecodeSegment.newBuilder()
                .setVideoId(video.getVideoId())
                .setVideo(video)
                .setEndUs(times[times.length - 1])
                .build();
        Map<Integer, KeptFrame.Builder> chosen = new LinkedHashMap<>();
        for (ClipWindow window : ClipWindow.of(spanned, settings)) {
            for (long wanted : window.wantedUs()) {
                nearest(times, wanted).ifPresent(i -> chosen.computeIfAbsent(i, n -> KeptFrame.newBuilder()
                                .setFrame(first.get(n).getFrames(0)))
                        .addWantedUs(wanted));
            }
        }
        if (chosen.isEmpty()) {
            return ByteString.EMPTY;
        }
        Kept.Builder kept = header(video.getVideoId(), settings)
                .setWidth(first.get(0).getWidth())
                .setHeight(first.get(0).getHeight());
        chosen.values().forEach(kept::addFrames);
        return kept.build().toByteString();
    }

    private static boolean areApart(long[] times) {
        for (int i = 1; i < times.length; i++) {
            if (times[i] - times[i - 1] < LEAST_US) {
                return false;
            }
        }
        return times.length > 1;
    }

    /** Which of {@code times} is nearest to {@code wanted}, if that is certain. */
    private static OptionalInt nearest(long[] times, long wanted) {
        int found = Arrays.binarySearch(times, wanted);
        int later = found >= 0 ? found + 1 : -found - 1;
        if (later == 0 || later >= times.length) {
            return OptionalInt.empty();
        }
        long past = 2 * wanted - times[later - 1] - times[later];
        return Math.abs(past) <= 1 ? OptionalInt.empty() : OptionalInt.of(past > 0 ? later : later - 1);
    }

    private static Kept.Builder header(String videoId, DecodeSettings settings) {
        return Kept.newBuilder()
                .setVersion(VERSION)
                .setVideoId(videoId)
                .setShortSide(settings.frame().shortSide())
                .setQuality(settings.frame().quality())
                .setHardware(settings.hardware().name());
    }

    /** What {@link #of} gave for this video and these settings; of anything else none. */
    static ClipFrames read(ByteString bytes, String videoId, DecodeSettings settings) {
        if (bytes.isEmpty() || settings.window().shotCuts() == DecodeSettings.ShotCuts.AVOID) {
            return NONE;
        }
        try {
            Kept kept = Kept.parseFrom(bytes);
            Kept header =
                    kept.toBuilder().clearFrames().clearWidth().clearHeight().build();
            return header.equals(header(videoId, settings).build()) ? new ClipFrames(kept) : NONE;
        } catch (InvalidProtocolBufferException e) {
            return NONE;
        }
    }

    /** The wanted times of {@code window} for which there is no frame here. */
    List<Long> missing(ClipWindow window) {
        return window.wantedUs().stream().filter(us -> !frames.containsKey(us)).toList();
    }

    /**
     * The whole of {@code window}.
     *
     * @param decoded the frames for what is {@link #missing}, null if nothing is
     */
    SampledWindow completed(ClipWindow window, int index, @Nullable SampledWindow decoded) {
        Deque<SampledFrame> others = new ArrayDeque<>(decoded == null ? List.of() : decoded.getFramesList());
        SampledWindow.Builder whole = SampledWindow.newBuilder()
                .setIndex(index)
                .setWidth(decoded == null ? kept.getWidth() : decoded.getWidth())
                .setHeight(decoded == null ? kept.getHeight() : decoded.getHeight());
        for (long us : window.wantedUs()) {
            SampledFrame known = frames.get(us);
            whole.addFrames(
                    known == null
                            ? others.remove()
                            : known.toBuilder().setWantedUs(us).build());
        }
        return whole.build();
    }
}
