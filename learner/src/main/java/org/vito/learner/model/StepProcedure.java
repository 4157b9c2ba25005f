package org.vito.learner.model;

import org.tensorflow.Session;

/** The runs that make up one training step. */
interface StepProcedure {
    /** Runs them. */
    TrainingModel.Step run(Session session, Batch batch);
}
