package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.vito.learner.PublishedModels;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CheckpointAnnouncement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vito announce}: has evaluators score a network that was not trained here. */
@Command(
        name = "announce",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Have a network of others scored, beside one's own.",
        description = {
            "",
            "Announces a directory that vito import made as the checkpoint of a run, after adding a manifest to it.",
            "Evaluators then score it as any other; they must see the directory at the same path. Announced again, it is"
                    + " scored again only for tasks that have not scored it."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Announced.",
            "1:There is no network in the directory, it cannot be written, or Kafka cannot be reached.",
            "2:The command line or a setting cannot be used, or the directory is a checkpoint of another run."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito import resnet50.safetensors --out resnet50",
            "  vito announce resnet50 --run supervised",
            "  vito scores"
        })
final class AnnounceCommand implements Callable<Integer> {
    private static final int TIMEOUT_S = 30;

    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "A directory that vito import made.")
    Path directory;

    @Option(
            names = "--run",
            order = 1,
            required = true,
            paramLabel = "ID",
            description = "Run that the scores are of: letters, digits, '.', '_' and '-'; no training run's.")
    String run;

    @Option(
            names = "--step",
            order = 2,
            paramLabel = "N",
            defaultValue = "0",
            description = "Step that the scores are of (default: ${DEFAULT-VALUE}).")
    long step;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        if (!run.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new VitoException(
                    Reason.BAD_SETTING, "--run " + run + ": expected 1 to 64 letters, digits, '.', '_' or '-'");
        }
        if (step < 0) {
            throw new VitoException(Reason.BAD_SETTING, "--step " + step + ": expected 0 or more");
        }
        KafkaAccess kafka = KafkaAddress.existing(config);
        Path network = directory.toAbsolutePath().normalize();
        CheckpointAnnouncement announcement = PublishedModels.announcement(network, run, step, Instant.now());
        send(kafka, announcement);
        spec.commandLine()
                .getOut()
                .printf(
                        "%s, %s, is announced as step %d of run %s%n",
                        network, announcement.getArchitecture(), step, run);
        return 0;
    }

    private static void send(KafkaAccess kafka, CheckpointAnnouncement announcement) {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(new HashMap<String, Object>(kafka.producer()))) {
            producer.send(Topics.CHECKPOINTS.record(announcement)).get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new VitoException(
                    Reason.KAFKA,
                    "Kafka at " + kafka.bootstrapServers() + " did not take the announcement: " + e.getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VitoException(Reason.KAFKA, "interrupted while Kafka took the announcement", e);
        }
    }
}
