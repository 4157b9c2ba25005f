package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.VideoSubmission;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vito submit}: asks the running system to take videos in. */
@Command(
        name = "submit",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Ask a running system to take videos in.",
        description = {
            "",
            "Returns when Kafka holds the request. What becomes of it: vito status, the live page, or vito deadletters if"
                    + " it is refused."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:Submitted.", "1:Kafka cannot be reached.", "2:The command line cannot be used."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito submit holiday.mp4 --title 'waves on a beach'",
            "  vito submit --licence CC-BY-4.0 -b kafka1:9092 https://example.org/a.webm"
        })
final class SubmitCommand implements Callable<Integer> {
    private static final int TIMEOUT_SECONDS = 60;

    @Spec
    CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "VIDEO", description = "A file of this machine, or a http(s) address.")
    List<String> videos;

    @Option(
            names = "--title",
            order = 1,
            paramLabel = "TEXT",
            description = "Title, on which curation may decide (default: the file's name).",
            defaultValue = "")
    String title;

    @Option(
            names = "--licence",
            order = 2,
            paramLabel = "TEXT",
            description = "Licence, kept with the video.",
            defaultValue = "")
    String licence;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() throws InterruptedException {
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        List<String> addresses = videos.stream().map(SubmitCommand::address).toList();
        send(KafkaAddress.existing(config), addresses);
        addresses.forEach(a -> spec.commandLine().getOut().println("submitted " + a));
        return 0;
    }

    private void send(KafkaAccess kafka, List<String> addresses) throws InterruptedException {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(new HashMap<String, Object>(kafka.producer()))) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (String address : addresses) {
                sent.add(producer.send(Topics.SUBMITTED.record(VideoSubmission.newBuilder()
                        .setSubmissionId(address)
                        .setUri(address)
                        .setTitle(title)
                        .setLicence(licence)
                        .setSource("submit")
                        .setSubmittedAtMs(System.currentTimeMillis())
                        .build())));
            }
            for (Future<RecordMetadata> one : sent) {
                one.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new VitoException(
                    Reason.KAFKA,
                    "Kafka at %s did not take the submission: %s"
                            .formatted(kafka.bootstrapServers(), Causes.line(Causes.plain(e))),
                    e);
        }
    }

    private static String address(String given) {
        if (given.matches("[a-zA-Z][a-zA-Z0-9+.-]+:.*")) {
            return given;
        }
        Path file = Path.of(given).toAbsolutePath().normalize();
        if (!Files.isRegularFile(file)) {
            throw new VitoException(Reason.BAD_SETTING, "there is no file " + file);
        }
        return file.toUri().toString();
    }
}
