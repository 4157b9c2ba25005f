package org.vito.deploy;

/** Entry point of the {@code vito} command. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(0);
    }
}
