package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.vito.deploy.demo.Demo;
import org.vito.deploy.demo.DemoSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vito demo}: the whole system on data made for it. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Run the whole system on videos that are made as it runs.",
        description = {
            "",
            "Makes short videos of moving objects, one after the other, and a labelled set of images of other such"
                    + " objects; adds some real clips if npm or apt-get can fetch them. Then it does what vito run does:"
                    + " open the page it names and watch the scores rise. Ctrl-C stops it; started again it goes on."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Stopped as asked.",
            "1:A role failed; the message says why.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito demo",
            "  vito demo --data /tmp/try --port 0",
            "  vito demo --videos ~/Videos --labelled ~/flowers",
            "  vito demo -D vito.demo.real-clips=false"
        })
final class DemoCommand implements Callable<Integer> {
    @Mixin
    RunOptions run;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() throws Exception {
        List<String> below = new ArrayList<>(List.of("demo"));
        below.addAll(run.presetResources());
        Config first = common.configuration(run.asSettings(), below);
        Path data = ProcessSettings.from(first).data();
        Logging.toFile(data, "run", common.verbose());
        Demo demo = new Demo(DemoSettings.from(first), data.resolve("demo"));
        Config config = common.configuration(run.asSettings().withFallback(madeBy(demo)), below);
        CompletableFuture<Void> labelled = run.data.labelled == null
                ? CompletableFuture.runAsync(demo::makeLabelled)
                : CompletableFuture.completedFuture(null);
        if (run.data.videos.isEmpty()) {
            demo.startVideos();
        }
        try (demo) {
            return new Session(Terminal.shared(), config, "run", EnumSet.allOf(Role.class)).run(role -> {
                if (role == Role.EVALUATE) {
                    labelled.join();
                }
            });
        }
    }

    private Config madeBy(Demo demo) {
        Config config = ConfigFactory.empty();
        if (run.data.videos.isEmpty()) {
            List<Object> sources = new ArrayList<>();
            sources.add(whole(demo.videos()));
            sources.add(whole(demo.clips()));
            config = CommonOptions.with(config, "vito.ingest.sources", sources, "vito demo");
        }
        return run.data.labelled == null ? RunOptions.labelled(config, "demo", demo.labelled()) : config;
    }

    /** A source of files that appear whole, so that there is no need to wait for their ends. */
    private static Map<String, Object> whole(Path directory) {
        Map<String, Object> source = new HashMap<>(RunOptions.source(directory));
        source.put("settle", "50ms");
        return source;
    }
}
