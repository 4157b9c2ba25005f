package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vito.ingest.source.SourceSettings;
import org.vito.protocol.VitoException;

class IngestSettingsTest {
    @Test
    void theDefaultsAreThoseOfTheReference() {
        IngestSettings settings = settings("");
        assertThat(settings.sources()).isEmpty();
        assertThat(settings.minimumDuration()).isEqualTo(Duration.ofMillis(2560));
        assertThat(settings.fetch().bytes()).isEqualTo(4L << 30);
        assertThat(settings.allowFiles()).isTrue();
        assertThat(settings.curate().rule()).isEqualTo("accept-all");
    }

    @Test
    void everyKindOfSourceIsRead() {
        List<SourceSettings> sources = settings(
                        """
                        vito.ingest.sources = [
                          { type = directory, path = /in, watch = false, patterns = ["*.mp4"], licence = CC0 }
                          { type = file, path = /one.mp4, title = One }
                          { type = http, url = "https://example.org/two.mp4", name = two }
                          { type = manifest, path = /list.jsonl }
                          { type = s3, bucket = films, prefix = "in/" }
                          { type = live, url = "udp://239.1.2.3:5000?interface=lo", length = 5s }
                        ]""")
                .sources();
        assertThat(sources)
                .extracting(SourceSettings::name)
                .containsExactly(
                        "directory:" + Path.of("/in").toAbsolutePath(),
                        "file:" + Path.of("/one.mp4").toAbsolutePath(),
                        "two",
                        "manifest:" + Path.of("/list.jsonl").toAbsolutePath(),
                        "s3://films/in/",
                        "live:udp://239.1.2.3:5000?interface=lo");
        SourceSettings.Directory directory = (SourceSettings.Directory) sources.get(0);
        assertThat(directory.licence()).isEqualTo("CC0");
        assertThat(directory.recursive()).isTrue();
        assertThat(directory.patterns()).containsExactly("*.mp4");
        assertThat(((SourceSettings.Live) sources.get(5)).stream().length()).isEqualTo(Duration.ofSeconds(5));
        assertThat(((SourceSettings.Single) sources.get(1)).title()).isEqualTo("One");
    }

    @Test
    void whatCannotBeUsedIsRefusedByName() {
        refuse("vito.ingest.in-flight = 0", "vito.ingest.in-flight");
        refuse("vito.ingest.parallel-fetches = many", "vito.ingest.parallel-fetches");
        refuse("vito.ingest.maximum-bytes = 0", "vito.ingest.maximum-bytes");
        refuse("vito.ingest.fetch.redirects = 21", "vito.ingest.fetch.redirects");
        refuse("vito.ingest.fetch.read-timeout = 0s", "vito.ingest.fetch.read-timeout");
        refuse("vito.ingest.retry.attempts = 0", "vito.ingest.retry.attempts");
        refuse("vito.ingest.restart { base = 10s, most = 1s }", "vito.ingest.restart.most");
        refuse("vito.ingest.curate.rule = accept-none", "vito.ingest.curate.rule");
        refuse("vito.ingest.sources = directory", "vito.ingest.sources");
        refuse("vito.ingest.sources = [{ type = tape }]", "sources[0]");
        refuse("vito.ingest.sources = [{ type = directory }]", "path");
        refuse("vito.ingest.sources = [{ type = http, url = \"ftp://a/b\" }]", "url");
        refuse("vito.ingest.sources = [{ type = http, url = \"http:///b\" }]", "url");
        refuse("vito.ingest.sources = [{ type = directory, path = /a, patterns = [\"{a\"] }]", "patterns");
        refuse("vito.ingest.sources = [{ type = live, url = \"rtmp://a:1/b\" }]", "url");
        refuse("vito.ingest.sources = [{ type = live, url = \"tcp://a:1\", user = me }]", "rtsp");
        refuse("vito.ingest.sources = [{ type = live, url = \"tcp://a\" }]", "a port");
        refuse("vito.ingest.sources = [{ type = live, url = \"tcp://a:1\", length = 0s }]", "length");
        refuse("vito.ingest.sources = [{ type = s3 }]", "bucket");
        refuse("vito.ingest.s3.endpoint = \"http://me:pw@h/\"", "vito.ingest.s3.endpoint");
        refuse("vito.ingest.s3.endpoint = \"ftp://h/\"", "vito.ingest.s3.endpoint");
        refuse("vito.ingest.hls.segment-bytes = 2GiB", "segment-bytes");
        refuse("vito.ingest.sources = [{ type = file, path = /a }, { type = file, path = /a }]", "sources[1]");
    }

    private static void refuse(String line, String named) {
        assertThatThrownBy(() -> settings(line))
                .as(line)
                .isInstanceOf(VitoException.class)
                .hasMessageContaining(named);
    }

    private static IngestSettings settings(String lines) {
        Config config = ConfigFactory.parseString(lines).withFallback(ConfigFactory.defaultReference());
        return IngestSettings.from(config.resolve());
    }
}
