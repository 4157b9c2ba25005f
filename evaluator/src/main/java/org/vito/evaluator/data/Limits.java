package org.vito.evaluator.data;

import java.util.List;

/**
 * How much of a set is used.
 *
 * @param train most training images, taken evenly over the classes; 0 = all
 * @param test most test images, likewise
 * @param videos most videos of a set of videos, the first ones of its list; 0 = all
 * @param testShare share of the images that a folder without a test part gives up for one, 0 … 1
 * @param experiments of a set of pictures that people named, see {@link HumanSet}
 */
public record Limits(int train, int test, int videos, double testShare, List<String> experiments) {
    public Limits {
        experiments = List.copyOf(experiments);
    }

    /** With the usual experiments. */
    public Limits(int train, int test, int videos, double testShare) {
        this(train, test, videos, testShare, HumanSet.USUAL);
    }
}
