package org.vito.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryObjectStoreTest {
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    private Path root;

    private DirectoryObjectStore store;

    @BeforeEach
    void open() {
        store = DirectoryObjectStore.open(root);
    }

    @Test
    void whatWasPutCanBeReadAtItsAddress() throws IOException {
        ObjectStore.Put put = store.put("videos", stream("abc"), 3);
        assertThat(put).isEqualTo(new ObjectStore.Put("videos/" + ABC, ABC, 3, false));
        try (InputStream in = store.get(put.address())) {
            assertThat(in).hasContent("abc");
        }
        assertThat(store.localFile(put.address())).hasContent("abc").isEqualTo(root.resolve("videos/ba/" + ABC));
        Instant stored = Instant.parse("2026-01-02T03:04:05.678Z");
        Files.setLastModifiedTime(store.localFile(put.address()), FileTime.from(stored));
        assertThat(store.stat(put.address())).contains(new ObjectStore.Stat(put.address(), 3, stored.toEpochMilli()));
    }

    @Test
    void whatGoesWhileItIsListedIsPassedOver() throws IOException {
        List<String> together = new ArrayList<>(); // in one directory, so that it is open when they go
        for (int i = 0; together.size() < 8; i++) {
            String bytes = "object " + i;
            if (Sha256.of(bytes.getBytes(UTF_8)).startsWith("ab")) {
                together.add(store.put("videos", stream(bytes), 99).address());
            }
        }
        List<String> listed = new ArrayList<>();
        try (Stream<ObjectStore.Stat> all = store.list("videos")) {
            for (ObjectStore.Stat each : (Iterable<ObjectStore.Stat>) all::iterator) {
                listed.add(each.address());
                for (String other : together) {
                    if (!other.equals(each.address())) {
                        store.delete(other);
                    }
                }
            }
        }
        assertThat(together).containsAll(listed);
        assertThat(listed).isNotEmpty();
    }

    @Test
    void theSameBytesAreOneObject() throws IOException {
        assertThat(store.put("videos", stream("abc"), 9).existed()).isFalse();
        assertThat(store.put("videos", stream("abc"), 9).existed()).isTrue();
        assertThat(DirectoryObjectStore.open(root)
                        .put("videos", stream("abc"), 9)
                        .existed())
                .isTrue();
        assertThat(addresses("videos")).containsExactly("videos/" + ABC);
        assertThat(incoming()).isEmpty();
    }

    @Test
    void ofManyPutsOfTheSameBytesAtOnceOneIsNew() throws Exception {
        byte[] bytes = new byte[300_000];
        CounterRandom random = CounterRandom.of(1, "bytes", 0, 0);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt();
        }
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<ObjectStore.Put> put = () -> store.put("videos", new ByteArrayInputStream(bytes), bytes.length);
            List<ObjectStore.Put> puts = new ArrayList<>();
            for (Future<ObjectStore.Put> done :
                    threads.invokeAll(Stream.generate(() -> put).limit(32).toList())) {
                puts.add(done.get());
            }
            assertThat(puts).extracting(ObjectStore.Put::sha256).containsOnly(Sha256.of(bytes));
            assertThat(puts).filteredOn(p -> !p.existed()).hasSize(1);
        } finally {
            threads.shutdownNow();
        }
        assertThat(Sha256.of(store.localFile("videos/" + Sha256.of(bytes)))).isEqualTo(Sha256.of(bytes));
        assertThat(incoming()).isEmpty();
    }

    @Test
    void moreThanTheLimitIsRefusedAndNothingStays() throws IOException {
        assertRefused(Reason.TOO_LARGE, () -> store.put("videos", stream("abcd"), 3));
        assertNothingStays();
    }

    @Test
    void anEndlessStreamIsCutAtTheLimit() throws IOException {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 7;
            }
        };
        assertRefused(Reason.TOO_LARGE, () -> store.put("videos", endless, 1 << 20));
        assertNothingStays();
    }

    @Test
    void noBytesAreRefused() throws IOException {
        assertRefused(Reason.EMPTY, () -> store.put("videos", stream(""), 3));
        assertNothingStays();
    }

    @Test
    void aStreamThatBreaksLeavesNothing() throws IOException {
        InputStream breaking = new InputStream() {
            private int given;

            @Override
            public int read() throws IOException {
                if (given++ < 100) {
                    return 'x';
                }
                assertThat(incoming()).as("what came so far lies aside").hasSize(1);
                assertThat(addresses("videos")).as("and under no address").isEmpty();
                throw new IOException("connection reset");
            }

            @Override
            public int read(byte[] to, int from, int length) throws IOException {
                to[from] = (byte) read();
                return 1;
            }
        };
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> store.put("videos", breaking, 1000))
                .withMessage("connection reset");
        assertNothingStays();
    }

    @Test
    void whatACrashLeftIsRemovedOnceItIsOld() throws IOException {
        Path left = Files.writeString(root.resolve(".incoming/left"), "half a video");
        Instant now = Files.getLastModifiedTime(left).toInstant();
        DirectoryObjectStore.open(root, () -> now.plusSeconds(3590));
        assertThat(left).as("another process may be writing it").exists();
        DirectoryObjectStore.open(root, () -> now.plusSeconds(3610));
        assertThat(left).doesNotExist();
    }

    @Test
    void anObjectThatLostBytesIsReplaced() throws IOException {
        ObjectStore.Put put = store.put("videos", stream("abc"), 9);
        Files.writeString(store.localFile(put.address()), "a");
        assertThat(store.put("videos", stream("abc"), 9).existed()).isFalse();
        assertThat(store.localFile(put.address())).hasContent("abc");
    }

    @Test
    void whoReadsKeepsReadingWhatWasDeleted() throws IOException {
        String address = store.put("videos", stream("abc"), 9).address();
        try (InputStream in = store.get(address)) {
            assertThat(store.delete(address)).isTrue();
            assertThat(in).hasContent("abc");
        }
        assertThat(store.delete(address)).isFalse();
        assertThat(store.stat(address)).isEmpty();
        assertRefused(Reason.NOT_FOUND, () -> store.get(address));
        assertRefused(Reason.NOT_FOUND, () -> store.localFile(address));
    }

    @Test
    void whoAsksForWhatWasRemovedByARuleIsToldTheRule() throws IOException {
        String address = store.put("videos", stream("abc"), 9).address();
        String other = store.put("notes", stream("abc"), 9).address();
        assertThat(store.delete(other)).isTrue();
        assertThat(store.delete(address, "there are too many")).isTrue();
        assertThat(store.delete(address, "there are too many")).isFalse();
        ObjectStore again = DirectoryObjectStore.open(root);
        assertThatExceptionOfType(VitoException.class)
                .isThrownBy(() -> again.get(address))
                .withMessage("object %s is not in %s: there are too many", address, root)
                .matches(e -> e.reason() == Reason.NOT_FOUND);
        assertThatExceptionOfType(VitoException.class)
                .isThrownBy(() -> again.localFile(other))
                .withMessage("object %s is not in %s", other, root);
        String next = again.put("videos", stream("other"), 9).address();
        assertThat(again.delete(next, "the rule is another")).isTrue();
        assertThatExceptionOfType(VitoException.class)
                .isThrownBy(() -> store.localFile(address))
                .withMessageEndingWith(": the rule is another");
        try (Stream<ObjectStore.Stat> left = store.list("videos")) {
            assertThat(left).isEmpty();
        }
        assertThat(incoming()).isEmpty();
    }

    @Test
    void aListHoldsTheObjectsOfItsPrefixAndNothingElse() throws IOException {
        String a = store.put("videos", stream("a"), 9).address();
        String b = store.put("videos", stream("b"), 9).address();
        store.put("frames", stream("c"), 9);
        Files.writeString(root.resolve("videos/ba.txt"), "left by somebody");
        assertThat(addresses("videos")).containsExactlyInAnyOrder(a, b);
        assertThat(addresses("nothing")).isEmpty();
        assertThat(addresses("..")).isEmpty();
        assertThat(addresses("\0")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "../up", "a/b", "/etc", "A", ".incoming", "a\0b", "-a", "1"})
    void oddPrefixesAreRefused(String prefix) throws IOException {
        assertThatIllegalArgumentException().isThrownBy(() -> store.put(prefix, stream("abc"), 9));
        assertNothingStays();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "videos",
                "videos/",
                "videos/abc",
                "../" + ABC,
                "videos/../" + ABC,
                "/videos/" + ABC,
                "videos/" + ABC + "/..",
                "videos/" + ABC + "\n",
                "VIDEOS/" + ABC,
                "videos/BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
            })
    void whatIsNoAddressIsRefused(String address) {
        assertRefused(Reason.BAD_ADDRESS, () -> store.get(address));
        assertRefused(Reason.BAD_ADDRESS, () -> store.localFile(address));
        assertRefused(Reason.BAD_ADDRESS, () -> store.stat(address));
        assertRefused(Reason.BAD_ADDRESS, () -> store.delete(address));
    }

    @Test
    void aRootThatCannotBeADirectoryIsRefused() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "");
        assertThat(assertRefused(Reason.STORAGE, () -> DirectoryObjectStore.open(file.resolve("store"))))
                .hasMessageContaining(file.toString());
    }

    @Test
    void aNewTemporaryFileIsNotTakenForALeftover() throws IOException {
        Path fresh = Files.writeString(root.resolve(".incoming/fresh"), "x");
        Files.setLastModifiedTime(fresh, FileTime.from(Instant.now()));
        DirectoryObjectStore.open(root);
        assertThat(fresh).exists();
    }

    private void assertNothingStays() throws IOException {
        assertThat(incoming()).isEmpty();
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    private List<Path> incoming() {
        try (Stream<Path> files = Files.list(root.resolve(".incoming"))) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> addresses(String prefix) throws IOException {
        try (Stream<ObjectStore.Stat> stats = store.list(prefix)) {
            return stats.map(ObjectStore.Stat::address).toList();
        }
    }

    private static VitoException assertRefused(Reason reason, ThrowingCallable call) {
        VitoException refused =
                assertThatExceptionOfType(VitoException.class).isThrownBy(call).actual();
        assertThat(refused.reason()).isEqualTo(reason);
        return refused;
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
}
