package org.vito.deploy;

/**
 * What the doctor found out about one thing.
 *
 * @param subject what was looked at, a word or two
 * @param text what was found and, unless all is well, what to do
 */
record Finding(Grade grade, String subject, String text) {
    /** How bad it is. */
    enum Grade {
        OK,
        WARN,
        FAIL
    }

    static Finding ok(String subject, String text) {
        return new Finding(Grade.OK, subject, text);
    }

    static Finding warn(String subject, String text) {
        return new Finding(Grade.WARN, subject, text);
    }

    static Finding fail(String subject, String text) {
        return new Finding(Grade.FAIL, subject, text);
    }
}
