package org.vito.learner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class NativeHeapTest {
    private static final int PIECE = 50_000;
    private static final int PIECES = 2_000;

    @Test
    void whatIsFreeBetweenUsedPiecesGoesBackToTheSystem() {
        assumeTrue(NativeHeap.trim(), "this Java machine cannot trim");
        List<BytePointer> pieces = new ArrayList<>();
        for (int i = 0; i < PIECES; i++) {
            BytePointer piece = new BytePointer(Pointer.malloc(PIECE)).capacity(PIECE);
            Pointer.memset(piece, 1, PIECE);
            pieces.add(piece);
        }
        // Every tenth stays, the last of all too, so that the heap cannot just become shorter.
        for (int i = 0; i < PIECES; i++) {
            if (i % 10 != 9) {
                Pointer.free(pieces.get(i));
            }
        }
        long before = Pointer.physicalBytes();
        NativeHeap.trim();
        long given = before - Pointer.physicalBytes();
        for (int i = 9; i < PIECES; i += 10) {
            Pointer.free(pieces.get(i));
        }
        assertThat(given).as("bytes of about 90 million that are free").isGreaterThan(60_000_000);
    }
}
