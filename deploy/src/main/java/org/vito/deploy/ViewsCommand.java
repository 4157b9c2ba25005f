package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.vito.augment.AugmentSettings;
import org.vito.augment.ClipViews;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vito views}: what the learner sees of a video. */
@Command(
        name = "views",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Draw what the learner would see of a video.",
        description = {
            "",
            "For each clip and each of its views: the frame with what is cut from it, the view exactly as the network"
                    + " gets it, and what was done, as text. Decoding, draws and transforms are those of training: with"
                    + " the same settings, seed and epoch the views are the same, byte for byte."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Drawn.",
            "1:The video cannot be read or decoded, or the picture cannot be written.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito views holiday.mp4 -o grid.png",
            "  vito views holiday.mp4 -o grid.png --from 1m --clips 4 --preset moclr"
        })
final class ViewsCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "VIDEO", description = "A video file.")
    Path video;

    @Option(
            names = {"-o", "--out"},
            order = 1,
            required = true,
            paramLabel = "FILE.png",
            description = "Picture to be written.")
    Path out;

    @Option(
            names = "--from",
            order = 2,
            paramLabel = "TIME",
            defaultValue = "0s",
            description = "Begin with the first clip from this time on, as in 90s (default: ${DEFAULT-VALUE}).")
    String from;

    @Option(
            names = "--clips",
            order = 3,
            paramLabel = "N",
            defaultValue = "2",
            description = "Clips to be drawn, 1 to 32 (default: ${DEFAULT-VALUE}).")
    int count;

    @Option(
            names = "--epoch",
            order = 4,
            paramLabel = "E",
            defaultValue = "0",
            description =
                    "Pass over the data, which decides the draws together with the seed (default: ${DEFAULT-VALUE}).")
    long epoch;

    @Option(
            names = Presets.OPTION,
            order = 5,
            paramLabel = "NAME",
            split = ",",
            description = "Built-in settings; of several the later ones win.")
    List<String> presets = new ArrayList<>();

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (count < 1 || count > 32 || epoch < 0) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "--clips %d --epoch %d: expected 1 to 32 clips, an epoch from 0".formatted(count, epoch));
        }
        Sheets.checkName(out);
        Config config = common.configuration(
                ConfigFactory.empty(),
                Presets.of(ViewsCommand.class.getClassLoader()).resources(presets));
        Logging.toConsole(common.verbose());
        AugmentSettings augment = AugmentSettings.from(config);
        long seed = config.getLong("vito.learner.seed");
        long fromUs = CommandTimes.microseconds("--from", from);
        List<Clip> clips;
        try (LocalClips decoded = new LocalClips(config)) {
            clips = decoded.clips(video, fromUs, count);
        }
        ViewSheet sheet = new ViewSheet(augment.size());
        PrintWriter words = spec.commandLine().getOut();
        try (ClipViews views = new ClipViews(augment, seed)) {
            for (Clip clip : clips) {
                List<ClipViews.View> made = views.of(clip, epoch);
                sheet.add(clip, made);
                tell(words, clip, made);
            }
        }
        Sheets.write(out, sheet.png());
        return 0;
    }

    private static void tell(PrintWriter words, Clip clip, List<ClipViews.View> views) {
        for (int view = 0; view < views.size(); view++) {
            ClipViews.View one = views.get(view);
            words.println("%s, view %d: frame %d at %s; %s"
                    .formatted(
                            clip.getClipId(),
                            view + 1,
                            one.frame() + 1,
                            Sheets.seconds(clip.getFrames(one.frame()).getPtsUs()),
                            String.join("; ", one.words())));
        }
    }
}
