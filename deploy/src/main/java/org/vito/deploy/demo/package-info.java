/**
 * The demo's own world: videos and labelled images made on the spot, in which what an object is persists while
 * everything else about it changes, and real clips fetched by package name where that is possible.
 *
 * <p>Start with {@link org.vito.deploy.demo.Demo}.
 */
@NullMarked
package org.vito.deploy.demo;

import org.jspecify.annotations.NullMarked;
