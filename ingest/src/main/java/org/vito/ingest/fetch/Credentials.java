package org.vito.ingest.fetch;

/** Who asks for a stream; both are empty where nobody is to be named. What is printed of it is no secret. */
public record Credentials(String user, String password) {
    /** Of nobody. */
    public static final Credentials NONE = new Credentials("", "");

    boolean areGiven() {
        return !user.isEmpty() || !password.isEmpty();
    }

    @Override
    public String toString() {
        return areGiven() ? "***" : "none";
    }
}
