package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, with a checkout around it whose build is done already. */
@NullUnmarked // JUnit fills the fields
@Timeout(300)
class LauncherTest {
    @TempDir
    Path directory;

    private Path launcher;

    private record Result(int code, String text) {}

    @BeforeEach
    void prepare() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "a POSIX shell");
        Path deploy =
                Files.createDirectories(directory.resolve("deploy/target")).getParent();
        launcher = Files.copy(Path.of("vito"), deploy.resolve("vito"));
        Files.copy(Path.of("jdk.sh"), deploy.resolve("jdk.sh"));
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        Files.writeString(directory.resolve("pom.xml"), "<project/>");
        Files.createDirectories(deploy.resolve("src/main"));
        Files.writeString(deploy.resolve("target/vito-deploy-1.jar"), "");
        Files.writeString(deploy.resolve("target/classpath"), System.getProperty("java.class.path"));
    }

    private Result run(Path command, Map<String, String> environment, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder();
        builder.command().add(command.toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().remove("JAVA_HOME");
        builder.environment().putAll(environment);
        Process process =
                builder.redirectErrorStream(true).directory(directory.toFile()).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), text);
    }

    @Test
    void startsThroughASymbolicLinkFromAnywhere() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("bin dir"));
        Path link = Files.createSymbolicLink(bin.resolve("vito"), Path.of("../deploy/vito"));
        Result result = run(link, Map.of("JAVA_HOME", System.getProperty("java.home")), "--version");
        assertThat(result.text()).startsWith("vito ").doesNotContain("building");
        assertThat(result.code()).isZero();
    }

    @Test
    void findsAJavaByItself() throws Exception {
        assertThat(run(launcher, Map.of(), "--version").text()).startsWith("vito ");
    }

    @Test
    void handsOverOptionsAndExitCode() throws Exception {
        Result result = run(launcher, Map.of("VITO_JAVA_OPTS", "-Xmx300m -showversion"), "no-such-command");
        assertThat(result.text()).contains("no-such-command").containsIgnoringCase("openjdk");
        assertThat(result.code()).isEqualTo(2);
    }

    @Test
    void commandsThatMakeViewsHaveVectors() throws Exception {
        String module = "jdk.incubator.vector";
        assertThat(run(launcher, Map.of(), "learn", "--no-such-option").text()).contains(module);
        assertThat(run(launcher, Map.of(), "bench", "augment", "--no-such-option")
                        .text())
                .contains(module);
        assertThat(run(launcher, Map.of(), "bench", "learner", "--no-such-option")
                        .text())
                .doesNotContain(module);
        assertThat(run(launcher, Map.of(), "clips", "--no-such-option").text()).doesNotContain(module);
    }

    @Test
    void refusesAWrongJavaHome() throws Exception {
        Path old = directory.resolve("old");
        Files.createDirectories(old.resolve("bin"));
        Path java = Files.writeString(old.resolve("bin/java"), "#!/bin/sh\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
        Result result = run(launcher, Map.of("JAVA_HOME", old.toString()), "--version");
        assertThat(result.text()).contains("Java 11", "from 17 to 25");
        assertThat(result.code()).isEqualTo(1);
    }

    @Test
    void buildsWhenASourceIsNewerThanTheBuild() throws Exception {
        Path source = Files.writeString(directory.resolve("deploy/src/main/New.java"), "");
        Files.setLastModifiedTime(directory.resolve("deploy/target/classpath"), FileTime.fromMillis(0));
        Path bin = Files.createDirectories(directory.resolve("bin"));
        Path maven = Files.writeString(bin.resolve("mvn"), "#!/bin/sh\necho \"[ERROR] no\"\nexit 1\n");
        assertThat(maven.toFile().setExecutable(true)).isTrue();
        String path = bin + ":" + System.getenv("PATH");
        Result result = run(launcher, Map.of("PATH", path), "--version");
        assertThat(result.text()).contains("building", "[ERROR] no", "build.log");
        assertThat(result.code()).isEqualTo(1);
        assertThat(source).exists();
        assertThat(directory.resolve("deploy/target/.building")).doesNotExist();
    }
}
