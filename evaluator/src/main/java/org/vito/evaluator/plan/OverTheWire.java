package org.vito.evaluator.plan;

/** A message that a coordinator and its evaluators may send from one process to another; see {@link WireSerializer}. */
interface OverTheWire {}
