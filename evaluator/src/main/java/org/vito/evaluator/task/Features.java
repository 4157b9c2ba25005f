package org.vito.evaluator.task;

/** Features of a labelled image set under one network, with their classes: what every task works on. */
public final class Features {
    private final float[][] train;
    private final int[] trainLabels;
    private final float[][] test;
    private final int[] testLabels;
    private final int classes;

    /**
     * @param train {@code [images][dimension]}; not copied, not to be changed
     * @param trainLabels class of each, 0 … classes-1
     * @param test {@code [images][dimension]}; likewise
     * @param testLabels class of each
     */
    public Features(float[][] train, int[] trainLabels, float[][] test, int[] testLabels, int classes) {
        if (train.length == 0 || test.length == 0) {
            throw new IllegalArgumentException("a part has no features");
        }
        if (train.length != trainLabels.length || test.length != testLabels.length) {
            throw new IllegalArgumentException("features and labels differ in number");
        }
        this.train = train;
        this.trainLabels = trainLabels;
        this.test = test;
        this.testLabels = testLabels;
        this.classes = classes;
    }

    float[][] train() {
        return train;
    }

    int[] trainLabels() {
        return trainLabels;
    }

    float[][] test() {
        return test;
    }

    int[] testLabels() {
        return testLabels;
    }

    int classes() {
        return classes;
    }

    int dimension() {
        return train[0].length;
    }
}
