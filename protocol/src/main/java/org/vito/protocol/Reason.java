package org.vito.protocol;

/** Why something was refused or failed: the code that a dead letter carries and a dashboard counts. */
public enum Reason {
    /** The record's bytes are not what its topic holds. */
    DAMAGED_RECORD,
    /** The address is no path or URI that a source can fetch. */
    BAD_ADDRESS,
    /** Nothing is there: no such file, HTTP 404 or 410. */
    NOT_FOUND,
    /** It is there but we may not have it: HTTP 401 or 403, file permissions, or a rule of ours. */
    FORBIDDEN,
    /** Fetching failed and may succeed later: time-out, refused connection, HTTP 429 or 5xx. */
    UNREACHABLE,
    /** More bytes, pixels, frames or seconds than the settings allow. */
    TOO_LARGE,
    /** No bytes at all. */
    EMPTY,
    /** The bytes are not a container that we read, or hold no video stream. */
    NOT_A_VIDEO,
    /** A video in a container or codec that is not on the allow-list. */
    UNSUPPORTED_CODEC,
    /** Shorter than the configured least. */
    TOO_SHORT,
    /** A video whose frames cannot be decoded. */
    DAMAGED_VIDEO,
    /** The decoding process died or hung on it more than once. */
    DECODER_CRASHED,
    /** Curation turned it down. */
    NOT_IN_TARGET,
    /** A clip whose frames cannot be used for training. */
    DAMAGED_CLIP,
    /** A checkpoint's files are missing, or are not those that its manifest names. */
    DAMAGED_CHECKPOINT,
    /** The checkpoint belongs to another configuration. */
    OTHER_CONFIGURATION,
    /** The loss or a weight is not a finite number. */
    NOT_FINITE,
    /** A labelled data set is missing or laid out otherwise than expected. */
    BAD_DATA_SET,
    /** A disk, a directory or the object store cannot be written or read. */
    STORAGE,
    /** Kafka cannot be reached or a topic is not as expected. */
    KAFKA,
    /** Another learner of those that train a run together has gone, does not answer or has failed. */
    GROUP,
    /** A setting has a value that cannot be used. */
    BAD_SETTING,
    /** A defect of ours; the message says what to report. */
    INTERNAL
}
