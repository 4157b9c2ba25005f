package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.decode.KeptFrames;
import org.vito.protocol.DirectoryObjectStore;

class ClipFrameKeeperTest {
    private static final Duration TIME = Duration.ofHours(1);

    @TempDir
    private Path directory;

    private DirectoryObjectStore objects;
    private KeptFrames kept;
    private long now = System.currentTimeMillis();

    @BeforeEach
    void open() {
        objects = DirectoryObjectStore.open(directory);
        kept = new KeptFrames(objects);
    }

    private ClipFrameKeeper keeper(long bytes) {
        return new ClipFrameKeeper(kept, new ClipFrameKeeper.Settings(bytes, TIME), () -> Instant.ofEpochMilli(now));
    }

    private static ByteString frames(String video, int bytes) {
        return ByteString.copyFromUtf8((video + " ").repeat(bytes).substring(0, bytes));
    }

    @Test
    void framesOfVideosThatAreTakenAreKeptOnce() throws Exception {
        ClipFrameKeeper keeper = keeper(100);
        keeper.judging("taken", frames("taken", 10));
        keeper.judging("left", frames("left", 10));
        keeper.drop("left");
        String address = keeper.keep("taken");
        assertThat(kept.at(address)).isEqualTo(frames("taken", 10));
        assertThat(keeper.keep("taken")).isEmpty();
        assertThat(keeper.keep("left")).isEmpty();
        assertThat(keeper.keep("unknown")).isEmpty();
        assertThat(kept.bytes()).isEqualTo(10);
    }

    @Test
    void whatWouldExceedTheBytesIsNotKeptUntilOthersHaveGone() throws Exception {
        ClipFrameKeeper keeper = keeper(25);
        List<String> addresses = new ArrayList<>();
        for (String video : new String[] {"one", "two", "three"}) {
            keeper.judging(video, frames(video, 10));
            String address = keeper.keep(video);
            addresses.add(address);
            assertThat(address.isEmpty()).as(video).isEqualTo(video.equals("three"));
        }
        assertThat(kept.bytes()).isEqualTo(20);
        kept.forget(addresses.get(0));
        now += 10_000; // when it looks again
        keeper.judging("four", frames("four", 10));
        assertThat(keeper.keep("four")).isNotEmpty();
        assertThat(kept.bytes()).isEqualTo(20);
        keeper(0).judging("five", frames("five", 1));
        assertThat(keeper(0).keep("five")).isEmpty();
    }

    @Test
    void whatNobodyTookAwayIsSweptAwayAtTheNextStart() throws Exception {
        String old = kept.keep(frames("old", 10));
        String fresh = kept.keep(frames("fresh", 10));
        Files.setLastModifiedTime(objects.localFile(old), FileTime.fromMillis(now - TIME.toMillis() - 1));
        Files.setLastModifiedTime(objects.localFile(fresh), FileTime.fromMillis(now));
        keeper(0).sweep();
        assertThat(kept.at(old)).isEqualTo(ByteString.EMPTY);
        assertThat(kept.at(fresh)).isEqualTo(frames("fresh", 10));
    }

    @Test
    void memoryIsBounded() throws Exception {
        ClipFrameKeeper keeper = keeper(1L << 30);
        ByteString large = ByteString.copyFrom(new byte[(40 << 20) + 1]);
        keeper.judging("first", large);
        keeper.judging("first", large);
        keeper.judging("second", large);
        assertThat(keeper.keep("first"))
                .as("its judging may have failed long ago")
                .isEmpty();
        assertThat(keeper.keep("second")).isNotEmpty();
        keeper.judging("huge", ByteString.copyFrom(new byte[KeptFrames.MOST_BYTES + 1]));
        assertThat(keeper.keep("huge")).isEmpty();
    }

    @Test
    void whereNothingCanBeWrittenNothingIsKept() throws Exception {
        ClipFrameKeeper keeper = keeper(100);
        Files.writeString(directory.resolve("frames"), "a file where a directory should be");
        keeper.judging("taken", frames("taken", 10));
        assertThat(keeper.keep("taken")).isEmpty();
    }
}
