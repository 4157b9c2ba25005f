/** Serves the live page: static files, server-sent events, JSON and Prometheus metrics. Start with {@link org.vito.evaluator.page.PageServer}. */
@NullMarked
package org.vito.evaluator.page;

import org.jspecify.annotations.NullMarked;
