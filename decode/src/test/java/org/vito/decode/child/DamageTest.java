package org.vito.decode.child;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.vito.decode.child.Damage.Span;

/** Which frames lean on a broken one: I0 P3 B1 B2 P6 B4 B5 I9 B7 B8 P12 … in decoding order, each 10 ticks after the other. */
class DamageTest {
    private static final int[] ORDER = {0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10, 11, 15, 13, 14, 18, 16, 17};

    private final Damage damage = new Damage();

    private static long packet(int frame) {
        for (int i = 0; i < ORDER.length; i++) {
            if (ORDER[i] == frame) {
                return i + 1L;
            }
        }
        throw new AssertionError(frame);
    }

    private void present(int from, int to) {
        for (int frame = from; frame <= to; frame++) {
            present(frame, null);
        }
    }

    private void present(int frame, @Nullable String why) {
        damage.presented(packet(frame), frame % 9 == 0, why, 10L * frame, 10L * frame + 10);
    }

    @Test
    void whatLeansOnABrokenFrameIsLostUpToTheNextKeyframe() {
        present(0, 5);
        damage.broken(packet(6), 60, "gone"); // told when B4 and B5, which lean on it, are presented already
        present(7, 18);
        assertThat(damage.spans()).containsExactly(new Span(40, 90, "gone"));
    }

    @Test
    void aFrameThatIsFoundBrokenWhenPresentedIsLostWithThoseThatLeanOnIt() {
        present(0, 2);
        present(3, "errors");
        present(4, 18);
        assertThat(damage.spans()).containsExactly(new Span(10, 90, "errors"));
    }

    @Test
    void leadingFramesOfABrokenKeyframeAreLost() {
        present(0, 6);
        damage.broken(packet(9), 90, "gone");
        present(7, 8);
        present(10, 18);
        assertThat(damage.spans()).containsExactly(new Span(70, 180, "gone"));
    }

    @Test
    void nothingIsLostBeforeTheFirstBrokenPacket() {
        present(0, 3);
        damage.broken(packet(10), 100, "late");
        present(4, 8);
        assertThat(damage.spans()).extracting(Span::start).containsExactly(100L);
        present(9, 18);
        assertThat(damage.spans()).containsExactly(new Span(100, 180, "late"));
    }

    @Test
    void aPacketOfUnknownTimeLosesWhatFollows() {
        present(0, 3);
        damage.broken(packet(6), Libav.NO_TIME, "gone");
        present(7, 9);
        assertThat(damage.spans()).containsExactly(new Span(70, 90, "gone"));
    }

    @Test
    void aJumpEndsDamageAndWhatCannotBeDecodedAfterItIsNone() {
        present(0, 3);
        damage.broken(packet(6), 60, "gone");
        damage.jumped();
        damage.broken(packet(5), 50, "its references were jumped over");
        damage.broken(packet(12), 120, "gone again");
        present(9, 9);
        present(13, 18);
        assertThat(damage.spans()).containsExactly(new Span(60, 61, "gone"), new Span(120, 180, "gone again"));
    }

    @Test
    void whatDoesNotEndIsLostUpToWhereReadingEnded() {
        present(0, 8);
        present(9, "errors");
        present(10, 12);
        assertThat(damage.spans()).containsExactly(new Span(70, 130, "errors"));
    }

    @Test
    void manySpansAreBounded() {
        for (int i = 1; i < 1000; i++) {
            damage.presented(i, true, i % 2 == 0 ? "errors" : null, 10L * i, 10L * i + 10);
        }
        assertThat(damage.spans()).hasSize(256);
        assertThat(damage.spans().get(255).end()).isEqualTo(9990);
    }
}
