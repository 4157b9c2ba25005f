package org.vito.deploy.scores;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What the paper reports of VITO's ResNet-50 (arXiv 2210.06433, tables 1, 2, 3, B.3 and B.4), for the tasks that we have. It says
 * nothing of nearest neighbours, and gives figures for no corruption, only a picture.
 */
final class PaperScores {
    private PaperScores() {}

    /** The paper's value, 0 … 1, if a data set of that name is one that it measured on. */
    static OptionalDouble of(ScoreTable.Column column) {
        String name = column.dataSet().toLowerCase(Locale.ROOT);
        if (column.task().equals("propagation") && name.startsWith("davis")) {
            return OptionalDouble.of(0.682);
        }
        if (column.task().equals("linear") && name.matches("imagenet([-_]?1k)?|ilsvrc[-_]?2012")) {
            return OptionalDouble.of(0.662);
        }
        if (column.task().equals("imagenet-a")) {
            return OptionalDouble.of(0.054);
        }
        if (column.task().equals("imagenet-vid-robust")) {
            return OptionalDouble.of(0.572); // pm10; pm0: 0.706
        }
        if (column.task().equals("error-consistency")) {
            return OptionalDouble.of(0.422); // ceiled, of the four experiments together
        }
        if (column.task().equals("alignment")) {
            return OptionalDouble.of(0.477);
        }
        return OptionalDouble.empty();
    }
}
