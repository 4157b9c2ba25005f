package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.setLogCallback;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.ffmpeg.avutil.LogCallback;
import org.bytedeco.javacpp.BytePointer;

/**
 * What libav writes into its log, line by line on standard error, and counted: often enough it complains of damage without
 * saying so in any other way. For the whole process, which reads one video at a time.
 */
final class Complaints extends LogCallback {
    private static final Complaints ALL = new Complaints(); // libav keeps its address

    private final AtomicLong count = new AtomicLong();
    private volatile String last = "";

    private Complaints() {}

    static void listen() {
        setLogCallback(ALL);
    }

    static long count() {
        return ALL.count.get();
    }

    /** The last one, without the name and address of what complained. */
    static String last() {
        return ALL.last;
    }

    @Override
    public void call(int level, BytePointer line) {
        String text = line.getString(StandardCharsets.UTF_8).strip();
        if (text.isEmpty()) {
            return;
        }
        last = text.replaceFirst("^\\[[^]]*] *", "");
        count.incrementAndGet();
        System.err.println(text);
    }
}
