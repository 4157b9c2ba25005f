/**
 * Checkpoints that are whole or absent: written aside, forced to disk, listed in a manifest, renamed, then announced.
 *
 * <p>Readers start with {@link org.vito.learner.checkpoint.Checkpoints}, writers with {@link
 * org.vito.learner.checkpoint.CheckpointStore}.
 */
@NullMarked
package org.vito.learner.checkpoint;

import org.jspecify.annotations.NullMarked;
