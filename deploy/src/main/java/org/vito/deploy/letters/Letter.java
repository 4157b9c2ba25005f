package org.vito.deploy.letters;

import org.vito.protocol.v1.DeadLetter;

/**
 * A dead letter and where it lies.
 *
 * @param letter what it says; in a list without the original record's value
 * @param valueBytes length of that value
 * @param replayed whether it was replayed before
 */
public record Letter(LetterId id, DeadLetter letter, int valueBytes, boolean replayed) {}
