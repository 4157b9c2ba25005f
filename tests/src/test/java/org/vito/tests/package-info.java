/**
 * What crosses the modules: the rules of their dependencies and sources, and runs of the whole system in processes of its
 * own.
 *
 * <p>Start with {@link org.vito.tests.SystemUnderTest}.
 */
@NullMarked
package org.vito.tests;

import org.jspecify.annotations.NullMarked;
