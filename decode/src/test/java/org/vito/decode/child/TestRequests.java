package org.vito.decode.child;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import org.vito.decode.DecodeSettings;
import org.vito.decode.child.v1.Limits;
import org.vito.decode.child.v1.Request;

/** Requests under the limits of {@code reference.conf}. */
final class TestRequests {
    private TestRequests() {}

    static Request of(Path file) {
        DecodeSettings.Limits limits = DecodeSettings.from(ConfigFactory.load()).limits();
        return Request.newBuilder()
                .setPath(file.toString())
                .setLimits(Limits.newBuilder()
                        .addAllContainers(limits.containers())
                        .addAllCodecs(limits.codecs())
                        .setMaxPixels(limits.maxPixels())
                        .setMaxFrames(limits.maxFrames()))
                .build();
    }
}
