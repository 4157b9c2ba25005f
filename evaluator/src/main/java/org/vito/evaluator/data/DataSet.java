package org.vito.evaluator.data;

/** What networks are measured on. */
public sealed interface DataSet permits ImageSet, DavisSet, ClassifiedSet, HumanSet, ClickMeSet {
    /** What the settings call it. */
    String name();
}
