package org.vito.ingest.fetch;

import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/** Makes the SDK's requests by {@link HttpConnection}, so that they go to addresses that were checked. Reads only. */
final class BucketHttp implements SdkHttpClient {
    private static final Set<String> OURS = Set.of("host", "user-agent", "accept", "accept-encoding", "connection");

    private final HttpConnection.Means means;

    BucketHttp(HttpConnection.Means means) {
        this.means = means;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        SdkHttpRequest asked = request.httpRequest();
        if (asked.method() != SdkHttpMethod.GET) {
            throw new IllegalArgumentException("a request to " + asked.method() + "; buckets are only read");
        }
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                return get(asked);
            }

            @Override
            public void abort() {
                // The connection has times of its own.
            }
        };
    }

    private HttpExecuteResponse get(SdkHttpRequest asked) {
        Map<String, String> fields = new TreeMap<>();
        asked.forEachHeader((name, values) -> {
            if (!OURS.contains(name.toLowerCase(Locale.ROOT))) {
                fields.put(name, String.join(",", values));
            }
        });
        URI at = asked.getUri();
        HttpConnection connection = HttpConnection.get(
                at, fields, means.clock().instant().plus(means.limits().total()), means);
        try {
            HttpHead head = connection.head();
            Map<String, java.util.List<String>> answered = new HashMap<>(head.fields());
            return HttpExecuteResponse.builder()
                    .response(SdkHttpFullResponse.builder()
                            .statusCode(head.status())
                            .headers(answered)
                            .build())
                    .responseBody(AbortableInputStream.create(connection.body(), connection::close))
                    .build();
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public String clientName() {
        return "vito";
    }

    @Override
    public void close() {
        // Every request has a connection of its own.
    }
}
