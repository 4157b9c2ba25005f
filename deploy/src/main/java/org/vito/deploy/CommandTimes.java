package org.vito.deploy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Times on the command line, written as in settings: 500ms, 90s, 2 minutes. */
final class CommandTimes {
    private CommandTimes() {}

    /**
     * A time in microseconds.
     *
     * @throws VitoException BAD_SETTING if it is none, or negative
     */
    static long microseconds(String option, String time) {
        long us;
        try {
            us = ConfigFactory.parseMap(Map.of("time", time)).getDuration("time", TimeUnit.MICROSECONDS);
        } catch (ConfigException e) {
            throw new VitoException(
                    Reason.BAD_SETTING, option + " " + time + ": expected a time as in 500ms or 90s", e);
        }
        if (us < 0) {
            throw new VitoException(Reason.BAD_SETTING, option + " " + time + ": expected no negative time");
        }
        return us;
    }
}
