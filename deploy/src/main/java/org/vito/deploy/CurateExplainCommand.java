package org.vito.deploy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vito.decode.DecodeSettings;
import org.vito.decode.Decoders;
import org.vito.ingest.CurationExplainer;
import org.vito.ingest.Explanation;
import org.vito.ingest.IngestSettings;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vito curate explain}: why a video would be taken or left out. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Tell why curation would take a video or leave it out.",
        description = {
            "",
            "Judges a file by the rule of the settings, as the role would, and prints the names that its title has, what"
                    + " each frame that was looked at was taken for, and the verdict. With --out, a picture of these"
                    + " frames with the five surest classes of each."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Judged, whatever the verdict.",
            "1:The video cannot be read or decoded, or the weights cannot be used.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito curate explain crane.mp4 -c curation.conf --out crane.png",
            "  vito curate explain a.webm --title 'Feeding my goldfish' --rule videonet \\",
            "      -D vito.ingest.curate.videonet.vocabulary=imagenet.txt \\",
            "      -D vito.ingest.curate.videonet.classifier=resnet50.safetensors"
        })
final class CurateExplainCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "VIDEO", description = "A video file.")
    Path video;

    @Option(
            names = "--title",
            order = 1,
            paramLabel = "TITLE",
            defaultValue = "",
            description = "Title to judge it by (default: the container's, else the file's name).")
    String title;

    @Option(
            names = "--rule",
            order = 2,
            paramLabel = "RULE",
            description = "Rule to judge by (default: that of vito.ingest.curate.rule).")
    @Nullable
    String rule;

    @Option(
            names = {"-o", "--out"},
            order = 3,
            paramLabel = "FILE.png",
            description = "Picture to be written.")
    @Nullable
    Path out;

    @Option(
            names = Presets.OPTION,
            order = 4,
            paramLabel = "NAME",
            split = ",",
            description = "Built-in settings; of several the later ones win.")
    List<String> presets = new ArrayList<>();

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (out != null) {
            Sheets.checkName(out);
        }
        if (!Files.isRegularFile(video) || !Files.isReadable(video)) {
            throw new VitoException(Reason.NOT_FOUND, video + ": no such file, or it cannot be read: expected a video");
        }
        Config config = common.configuration(
                rule == null ? ConfigFactory.empty() : ConfigFactory.parseMap(Map.of("vito.ingest.curate.rule", rule)),
                Presets.of(CurateExplainCommand.class.getClassLoader()).resources(presets));
        Logging.toConsole(common.verbose());
        IngestSettings settings = IngestSettings.from(config);
        EncoderNetworks networks =
                new EncoderNetworks(ProcessSettings.from(config).data());
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "explain", config);
        try (Decoders decoders =
                        Decoders.start(system, DecodeSettings.from(config).withChildren(1));
                CurationExplainer explainer = CurationExplainer.open(settings, networks, decoders)) {
            Explanation why = explainer.explain(video.toAbsolutePath(), title);
            tell(spec.commandLine().getOut(), explainer.rule(), why);
            if (out != null) {
                Sheets.write(out, new JudgedSheet(String.valueOf(video.getFileName()), why).png());
            }
            return 0;
        } finally {
            system.terminate();
        }
    }

    private static void tell(PrintWriter words, String rule, Explanation why) {
        words.println("rule      " + rule);
        words.println("names     " + (why.names().isEmpty() ? "none" : String.join(", ", why.names())));
        for (Explanation.Judged frame : why.frames()) {
            words.println("%9s %s %s"
                    .formatted(
                            Sheets.seconds(frame.frame().getPtsUs()),
                            frame.fits() ? "*" : " ",
                            frame.guesses().stream()
                                    .map(guess ->
                                            String.format(Locale.ROOT, "%s %.2f", guess.label(), guess.probability()))
                                    .collect(Collectors.joining(", "))));
        }
        words.println("verdict   "
                + (why.accepted() ? "taken" + (why.category().isEmpty() ? "" : ", as " + why.category()) : "left out"));
        words.println("reason    " + why.reason());
    }
}
