package org.vito.evaluator.data;

import java.util.List;

/**
 * Labelled images in two parts that share their classes.
 *
 * @param name what the settings call it, e.g. {@code fashion-mnist}
 * @param classes names of the classes, at least two
 * @param train what a task learns from
 * @param test what it is measured on
 */
public record ImageSet(String name, List<String> classes, ImagePart train, ImagePart test) implements DataSet {
    public ImageSet {
        classes = List.copyOf(classes);
    }
}
