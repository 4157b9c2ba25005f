package org.vito.ingest.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChallengeTest {
    /** The examples of RFC 7616, section 3.9.1, and of RFC 2617, section 3.5. */
    @Test
    void answersAreThoseOfTheStandards() {
        String rest = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=%s,"
                + " nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        String client = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        Challenge sha = Challenge.of(List.of("Digest " + rest.formatted("MD5"), "Digest " + rest.formatted("SHA-256")))
                .orElseThrow();
        assertThat(sha.answer("Mufasa", "Circle of Life", "GET", "/dir/index.html", client))
                .contains("response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\"")
                .contains("algorithm=SHA-256", "nc=00000001", "qop=auth", "opaque=\"FQhe/");
        Challenge md5 = Challenge.of(List.of("Digest " + rest.formatted("MD5"))).orElseThrow();
        assertThat(md5.answer("Mufasa", "Circle of Life", "GET", "/dir/index.html", client))
                .contains("response=\"8ca523f5e9506fed4657c9700eebdbec\"");
        assertThat(md5.answer("Mufasa", "Circle of Life", "GET", "/dir/index.html", client))
                .contains("nc=00000002")
                .doesNotContain("8ca523f5e9506fed4657c9700eebdbec");
        Challenge old = Challenge.of(List.of("Digest realm=\"testrealm@host.com\",qop=\"auth,auth-int\","
                        + "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\",opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""))
                .orElseThrow();
        assertThat(old.answer("Mufasa", "Circle Of Life", "GET", "/dir/index.html", "0a4f113b"))
                .contains("response=\"6629fae49393a05397450978507c4ef1\"");
    }

    /** RFC 2069's way, which cameras have; the number is that of md5sum. */
    @Test
    void withoutQopNothingIsCounted() {
        Challenge camera = Challenge.of(List.of("Digest realm=\"cam\", nonce=\"n1\", stale=\"FALSE\""))
                .orElseThrow();
        assertThat(camera.answer("u", "p", "DESCRIBE", "rtsp://h/x", "c"))
                .isEqualTo(
                        "Digest username=\"u\", realm=\"cam\", nonce=\"n1\", uri=\"rtsp://h/x\", response=\"38c2a7ad98022c3c69d1995495b1b3dd\"");
    }

    @Test
    void theStrongestIsAnsweredAndWhatIsNotUnderstoodPassedOver() {
        assertThat(Challenge.of(List.of("Basic realm=\"x\""))
                        .orElseThrow()
                        .answer("Aladdin", "open sesame", "", "", ""))
                .isEqualTo("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assertThat(Challenge.of(List.of("Basic realm=\"x\"", "Digest realm=\"x\", nonce=\"y\""))
                        .orElseThrow()
                        .answer("u", "p", "OPTIONS", "*", "c"))
                .startsWith("Digest ");
        assertThat(Challenge.of(List.of(
                        "Negotiate", "Digest realm=\"no nonce\"", "Digest algorithm=X, realm=\"\", nonce=\"\"")))
                .isEmpty();
        assertThat(Challenge.of(List.of())).isEmpty();
    }
}
