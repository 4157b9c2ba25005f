package org.vito.evaluator.data;

/** Images that nothing is learned from, on which a classifier trained on others is tried. */
public sealed interface ClassifiedSet extends DataSet permits ImageNetA, ImageNetVidRobust, ImageNet3dcc {}
