package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.vito.ingest.Submitter;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
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
            "Returns when Kafka holds the request, and prints its id, by which it is found again: the same file or address has the"
                    + " same. What becomes of it: vito status, the live page, or vito deadletters if it is refused. Lines of a"
                    + " manifest that name no video are told and passed over."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Submitted.",
            "1:There is no such file, or Kafka cannot be reached.",
            "2:The command line cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito submit holiday.mp4 --title 'waves on a beach'",
            "  vito submit --licence CC-BY-4.0 -b kafka1:9092 https://example.org/a.webm",
            "  vito submit https://example.org/film/master.m3u8",
            "  vito submit s3://films/2024/holiday.mp4",
            "  vito submit list.csv"
        })
final class SubmitCommand implements Callable<Integer> {
    private static final int SHOWN = 20; // ids of a manifest's lines

    @Spec
    CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "VIDEO",
            description =
                    "A file of this machine, a http(s) or s3 address, also of an HLS playlist that has ended, or a manifest: .jsonl,"
                            + " .ndjson or .csv, a video a line.")
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
    public Integer call() {
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        videos.forEach(SubmitCommand::check);
        PrintWriter out = spec.commandLine().getOut();
        int submitted = 0;
        try (Submitter submitter = Submitter.open(KafkaAddress.existing(config), InstantSource.system())) {
            for (String video : videos) {
                Submitter.Submitted done = submitter.submit(video, title, licence);
                done.refused().forEach(spec.commandLine().getErr()::println);
                submitted += done.ids().size();
                done.ids().stream().limit(SHOWN).forEach(id -> out.println("submitted as " + id));
                if (done.ids().size() > SHOWN) {
                    out.println("and " + (done.ids().size() - SHOWN) + " more");
                }
            }
        }
        if (submitted == 0) {
            throw new VitoException(Reason.BAD_DATA_SET, "nothing was submitted: no line names a video");
        }
        return 0;
    }

    /** Refuses a path that leads nowhere before anything is submitted. */
    private static void check(String video) {
        if (!video.matches("[a-zA-Z][a-zA-Z0-9+.-]+:.*")) {
            Path file = Path.of(video).toAbsolutePath().normalize();
            if (!Files.isRegularFile(file)) {
                throw new VitoException(Reason.BAD_SETTING, "there is no file " + file);
            }
        }
    }
}
