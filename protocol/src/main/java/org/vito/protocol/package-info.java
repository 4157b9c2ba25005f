/**
 * Everything two stages must agree on: the records of each topic, the topics and their settings, identifiers, the object
 * store, the rule by which random numbers are drawn, and the reasons for which something is refused.
 *
 * <p>Start with {@link org.vito.protocol.Topics}, the way of a video through Kafka, and {@link
 * org.vito.protocol.Platform}, what every role is given when it starts. No Akka and no native library here.
 */
@NullMarked
package org.vito.protocol;

import org.jspecify.annotations.NullMarked;
