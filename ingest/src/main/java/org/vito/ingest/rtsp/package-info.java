/**
 * What RTSP cameras send, made an MPEG transport stream: nothing here talks to a network.
 *
 * <p>Start with {@link org.vito.ingest.rtsp.RtpVideo}, which makes pictures of RTP packets.
 */
@NullMarked
package org.vito.ingest.rtsp;

import org.jspecify.annotations.NullMarked;
