/** Labelled image sets read from disk: one folder a class, or IDX files. Start with {@link org.vito.evaluator.data.DataSets}. */
@NullMarked
package org.vito.evaluator.data;

import org.jspecify.annotations.NullMarked;
