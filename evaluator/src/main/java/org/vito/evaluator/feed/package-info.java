/** Follows Kafka topics from their beginning, without a consumer group. Start with {@link org.vito.evaluator.feed.TopicFollower}. */
@NullMarked
package org.vito.evaluator.feed;

import org.jspecify.annotations.NullMarked;
