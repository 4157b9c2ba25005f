package org.vito.decode.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.vito.decode.child.v1.Request;

/** Messages survive the pipe, and what is no message is refused before memory is taken for it. */
class FramingTest {
    @Test
    void messagesComeOutAsTheyWentIn() throws IOException {
        Request one = Request.newBuilder().setNumber(1).setPath("a").build();
        Request empty = Request.getDefaultInstance();
        DataInputStream in = in(framed(one, empty));
        assertThat(Framing.read(in, Request.parser())).isEqualTo(one);
        assertThat(Framing.read(in, Request.parser())).isEqualTo(empty);
        assertThat(Framing.read(in, Request.parser())).isNull();
    }

    @Test
    void anEndInsideAMessageIsAnError() throws IOException {
        byte[] bytes = framed(Request.newBuilder().setPath("path").build());
        for (int length = 1; length < bytes.length; length++) {
            DataInputStream in = in(Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> Framing.read(in, Request.parser())).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void anAbsurdLengthIsAnError() {
        for (byte first : new byte[] {0x7f, (byte) 0xff, 'E'}) {
            assertThatThrownBy(() -> Framing.read(in(new byte[] {first, 'r', 'r', 'o'}), Request.parser()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("announced");
        }
    }

    private static byte[] framed(Request... requests) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Request request : requests) {
            Framing.write(new DataOutputStream(bytes), request);
        }
        return bytes.toByteArray();
    }

    private static DataInputStream in(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }
}
