package org.vito.evaluator.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.evaluator.picture.PictureStore.Entry;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class PictureStoreTest {
    @TempDir
    Path root;

    @Test
    void keepsThoseOfTheNewestCheckpointsOfEachRun() {
        PictureStore store = new PictureStore(root, 2);
        assertThat(store.list("a")).isEmpty();
        for (long step : new long[] {0, 100, 20, 1000}) { // in the order of evaluation, not of steps
            store.put("a", new Entry(step, "set", "masks"), new byte[] {(byte) step});
        }
        store.put("b", new Entry(3, "set", "masks"), new byte[] {3});
        store.put("a", new Entry(1000, "other", "neighbours"), new byte[] {7});
        store.put("a", new Entry(1000, "set", "masks"), new byte[] {8});
        assertThat(store.list("a"))
                .containsExactly(
                        new Entry(1000, "other", "neighbours"),
                        new Entry(1000, "set", "masks"),
                        new Entry(100, "set", "masks"));
        assertThat(store.read("a", new Entry(1000, "set", "masks"))).hasValue(new byte[] {8});
        assertThat(store.read("a", new Entry(20, "set", "masks"))).isEmpty();
        assertThat(store.list("b")).containsExactly(new Entry(3, "set", "masks"));
        assertThat(root.resolve("a/20")).doesNotExist();
    }

    @Test
    void noNameLeadsOutOfIt() throws IOException {
        PictureStore store = new PictureStore(root.resolve("store"), 2);
        Files.createDirectories(root.resolve("1/set"));
        Files.write(root.resolve("1/set/masks.png"), new byte[] {1});
        assertThat(store.read("..", new Entry(1, "set", "masks"))).isEmpty();
        assertThat(store.list("..")).isEmpty();
        for (String bad : new String[] {"", ".", "..", "../x", "a/b", "a\\b", "a\0b", ".hidden", "x".repeat(200)}) {
            assertThat(store.read(bad, new Entry(1, "set", "masks"))).isEmpty();
            assertThatThrownBy(() -> store.put("a", new Entry(1, bad, "masks"), new byte[1]))
                    .isInstanceOfSatisfying(
                            VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_SETTING));
        }
    }
}
