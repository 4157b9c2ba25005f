package org.vito.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class TitlesTest {
    @Test
    void aTitleIsOneLineOfVisibleCharacters() {
        assertThat(Titles.clean("  a\tb\n\u0000c\u200b \u2028 d ")).isEqualTo("a b c d");
        assertThat(Titles.clean("e\u0301te\u0301")).isEqualTo("\u00e9t\u00e9");
        assertThat(Titles.clean("x".repeat(3000))).hasSize(500);
        assertThat(Titles.clean("\ud83d\ude00".repeat(400))).doesNotEndWith("\ud83d");
        assertThat(Titles.clean("x" + "\ud83d\ude00".repeat(400)))
                .doesNotEndWith("\ud83d")
                .hasSizeLessThanOrEqualTo(500);
    }

    @Test
    void aFileNameSpeaks() {
        assertThat(Titles.fromAddress(URI.create("file:///in/My_first+cat.video.mp4")))
                .isEqualTo("My first cat video");
        assertThat(Titles.fromAddress(URI.create("https://a/b%20c.webm?x=1"))).isEqualTo("b c");
        assertThat(Titles.fromAddress(URI.create("https://a/..%2F..%2Fetc"))).isEqualTo("etc");
        assertThat(Titles.fromAddress(URI.create("https://a"))).isEmpty();
    }
}
