package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
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
            "2:The command line or a setting cannot be used, the directory is a checkpoint of another run, or a run of that"
                    + " name is trained."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito import resnet50.safetensors --out resnet50",
            "  vito announce resnet50 --run supervised",
            "  vito scores"
        })
final class AnnounceCommand implements Callable<Integer> {
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
        refuseTrained(kafka);
        Path network = directory.toAbsolutePath().normalize();
        CheckpointAnnouncement announcement = PublishedModels.announcement(network, run, step, Instant.now());
        RecordSender.send(kafka, Topics.CHECKPOINTS.record(announcement), "the announcement");
        spec.commandLine()
                .getOut()
                .printf(
                        "%s, %s, is announced as step %d of run %s%n",
                        network, announcement.getArchitecture(), step, run);
        return 0;
    }

    private void refuseTrained(KafkaAccess kafka) {
        TopicReader.readOnce(kafka).checkpoints(run).stream()
                .filter(checkpoint -> checkpoint.getGeneration() > 0) // a learner's
                .findFirst()
                .ifPresent(checkpoint -> {
                    throw new VitoException(
                            Reason.BAD_SETTING,
                            "--run %s: a run of that name is trained here (it has a checkpoint of step %d); choose another, so that its scores do not mix with those of this network"
                                    .formatted(run, checkpoint.getStep()));
                });
    }
}
