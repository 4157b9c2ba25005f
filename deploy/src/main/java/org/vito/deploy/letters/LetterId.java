package org.vito.deploy.letters;

import java.util.Comparator;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Where a dead letter lies in its topic; written {@code PARTITION-OFFSET}. */
public record LetterId(int partition, long offset) implements Comparable<LetterId> {
    private static final Comparator<LetterId> ORDER =
            Comparator.comparingInt(LetterId::partition).thenComparingLong(LetterId::offset);

    /** Reads what {@link #toString} writes. @throws VitoException {@link Reason#BAD_SETTING} if {@code text} is no id */
    public static LetterId parse(String text) {
        if (!text.matches("[0-9]{1,9}-[0-9]{1,18}")) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "'" + text
                            + "' is no id of a dead letter; expected one that vito deadletters list prints, as in 0-17");
        }
        int dash = text.indexOf('-');
        return new LetterId(Integer.parseInt(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
    }

    @Override
    public int compareTo(LetterId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return partition + "-" + offset;
    }
}
