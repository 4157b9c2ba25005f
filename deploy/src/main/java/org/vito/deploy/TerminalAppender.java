package org.vito.deploy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.Locale;

/** Logback's way to the {@link Terminal}: a line for an event, with its stack trace only where asked for. */
public final class TerminalAppender extends AppenderBase<ILoggingEvent> {
    private boolean stackTraces;

    /** Whether a failure's stack trace is printed; else its message alone. */
    public void setStackTraces(boolean stackTraces) {
        this.stackTraces = stackTraces;
    }

    @Override
    protected void append(ILoggingEvent event) {
        StringBuilder text = new StringBuilder()
                .append(event.getLevel().toString().toLowerCase(Locale.ROOT))
                .append(": ")
                .append(event.getFormattedMessage());
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            text.append(
                    stackTraces
                            ? System.lineSeparator() + ThrowableProxyUtil.asString(thrown)
                            : ": " + thrown.getMessage());
        }
        Terminal.shared().line(text.toString());
    }
}
