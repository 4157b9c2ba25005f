package org.vito.learner;

import com.google.protobuf.ByteString;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.Frame;

/** Clips without pictures, for tests in which nobody looks at the frames. */
public final class TestClips {
    private TestClips() {}

    /** The {@code index}-th clip of video {@code video}. */
    public static Clip clip(String video, int index) {
        return Clip.newBuilder()
                .setClipId(video + "@" + index)
                .setVideoId(video)
                .setStartUs(index)
                .setLengthUs(2_560_000)
                .addFrames(Frame.newBuilder().setJpeg(ByteString.copyFrom(new byte[] {1, 2, 3})))
                .build();
    }
}
