package org.vito.ingest.fetch;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where buckets are.
 *
 * @param endpoint the server, null for Amazon's own
 * @param region the region's name, e.g. {@code us-east-1}
 * @param pathStyle whether a bucket's name is part of the path, not of the server's name
 * @param anonymous whether to ask without credentials
 */
public record BucketSettings(@Nullable URI endpoint, String region, boolean pathStyle, boolean anonymous) {}
