package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.vito.augment.Images;
import org.vito.evaluator.AttentionMaps;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Frame;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vito attention}: where a network looks in the frames of a video. */
@Command(
        name = "attention",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Draw where a network looks in a video.",
        description = {
            "",
            "Takes frames at equal distances over the video and lights each by the weights that attention pooling gives its"
                    + " positions: for each scale, and their mean. The video is decoded in a process of its own."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Drawn.",
            "1:The video or the weights cannot be read, or the network has no attention.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito attention holiday.mp4 --weights default -o attention.png",
            "  vito attention holiday.mp4 --weights default@4000 --frames 8 -o attention.png"
        })
final class AttentionCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "VIDEO", description = "A video file.")
    Path video;

    @Option(
            names = "--weights",
            order = 1,
            required = true,
            paramLabel = "WEIGHTS",
            description =
                    "A checkpoint's directory, or a run by its name: RUN for its newest checkpoint, RUN@STEP for another.")
    String weights;

    @Option(
            names = {"-o", "--out"},
            order = 2,
            required = true,
            paramLabel = "FILE.png",
            description = "Picture to be written.")
    Path out;

    @Option(
            names = "--frames",
            order = 3,
            paramLabel = "N",
            defaultValue = "6",
            description = "Frames, 1 to 32 (default: ${DEFAULT-VALUE}).")
    int count;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (count < 1 || count > 32) {
            throw new VitoException(Reason.BAD_SETTING, "--frames " + count + ": expected 1 to 32");
        }
        Sheets.checkName(out);
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        Path network =
                WeightsAddress.resolve(weights, ProcessSettings.from(config).data());
        try (FrozenEncoder encoder = FrozenEncoder.open(network)) {
            AttentionMaps maps = new AttentionMaps(encoder);
            List<Frame> frames;
            try (LocalClips decoded = new LocalClips(config)) {
                frames = decoded.frames(video, count);
            }
            AttentionSheet sheet = new AttentionSheet(video.getFileName() + ", " + weights, maps.names());
            for (Frame frame : frames) {
                Images.Picture picture = Images.decodeRgb(frame.getJpeg().toByteArray());
                sheet.add(Sheets.seconds(frame.getPtsUs()), picture, maps.of(picture));
            }
            Sheets.write(out, sheet.png());
        }
        spec.commandLine().getOut().printf("%s: %d frames by %s%n", out, count, network);
        return 0;
    }
}
