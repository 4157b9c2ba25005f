/**
 * Checkpoints that are whole or absent: written aside, forced to disk, listed in a manifest, renamed, then announced.
 *
 * <p>Readers start with {@link org.vito.learner.checkpoint.Checkpoints}, writers with {@link
 * org.vito.learner.checkpoint.CheckpointStore}. A checkpoint is a directory {@code step-<number>}; a learner that goes on from
 * it needs nothing else but the topic of clips:
 *
 * <table>
 *   <caption>Where each part of a learner's state lies</caption>
 *   <tr><th>part</th><th>file</th></tr>
 *   <tr><td>weights and moving statistics of the online network</td><td>{@code online.safetensors}</td></tr>
 *   <tr><td>weights and moving statistics of the target network</td><td>{@code target.safetensors}</td></tr>
 *   <tr><td>what the optimiser remembers</td><td>{@code optimiser.safetensors}</td></tr>
 *   <tr><td>step, loss, run, generation, offsets of each partition, size and SHA-256 of every other file</td>
 *     <td>{@code manifest.json}, see {@link org.vito.learner.checkpoint.Manifest}</td></tr>
 *   <tr><td>schedule</td><td>a function of the step and {@code vito.learner.schedule} in {@code config.json}</td></tr>
 *   <tr><td>content of the shuffle buffer by place in the topic, ranges of the epoch, positions in them and in the history
 *     that is replayed</td><td>{@code data.json}, see {@link org.vito.learner.data.DataState}</td></tr>
 *   <tr><td>random state</td><td>numbers are functions of the seed in {@code config.json} and of what they are for: the batch's
 *     number (in {@code data.json}), the clip and its epoch, the step</td></tr>
 *   <tr><td>settings that decide what is learned, whose SHA-256 is the manifest's {@code configDigest}</td>
 *     <td>{@code config.json}</td></tr>
 *   <tr><td>all settings of learner and views</td><td>{@code settings.json}</td></tr>
 *   <tr><td>form of the network</td><td>{@code model.json}</td></tr>
 * </table>
 *
 * <p>Beside the checkpoints, the run's directory holds {@code generation}, which fences learners of older generations, and
 * {@code epochs/}, what each epoch was decided to consist of ({@link org.vito.learner.data.RecordedEpochs}): without it a run
 * goes on as well, but an epoch that began after the checkpoint would see what the topic has gained since.
 */
@NullMarked
package org.vito.learner.checkpoint;

import org.jspecify.annotations.NullMarked;
