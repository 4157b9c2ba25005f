package org.vito.deploy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vito bench features}. */
@Command(
        name = "features",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Time how fast a frozen network makes features of images.",
        description = {
            "",
            "Images lie in memory as bytes, made at random; all cores (or the GPU) work on a batch at a time."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Measured.",
            "1:The weights cannot be read.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito bench features --weights resnet50.safetensors",
            "  vito bench features --weights default --batch 16"
        })
final class FeaturesBench implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Option(
            names = "--weights",
            order = 1,
            required = true,
            paramLabel = "WEIGHTS",
            description = "A safetensors file, a checkpoint's directory, or a run by its name, as in vito embed.")
    String weights;

    @Option(
            names = "--batch",
            order = 2,
            paramLabel = "N",
            defaultValue = "32",
            description = "Images of a pass, 1 to 4096 (default: ${DEFAULT-VALUE}).")
    int batch;

    @Option(
            names = "--size",
            order = 3,
            paramLabel = "PIXELS",
            description = "Side of the images, 8 to 1024 (default: the network's).")
    @Nullable
    Integer size;

    @Option(
            names = "--steps",
            order = 4,
            paramLabel = "K",
            defaultValue = "5",
            description = "Passes that count (default: ${DEFAULT-VALUE}).")
    int steps;

    @Option(
            names = "--warm-up",
            order = 5,
            paramLabel = "W",
            defaultValue = "2",
            description = "Passes before them (default: ${DEFAULT-VALUE}).")
    int warmUp;

    @Option(names = "--json", order = 6, description = "Print one line of JSON instead of a table.")
    boolean json;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (batch < 1 || batch > 4096 || steps < 1 || warmUp < 0 || (size != null && (size < 8 || size > 1024))) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "--batch %d --size %s --steps %d --warm-up %d: expected 1 to 4096 images of 8 to 1024 pixels, 1 step or more"
                            .formatted(batch, size, steps, warmUp));
        }
        Path data = ProcessSettings.from(common.configuration(ConfigFactory.empty(), List.of()))
                .data();
        Logging.toConsole(common.verbose());
        try (FrozenEncoder encoder = FrozenEncoder.open(WeightsAddress.resolve(weights, data))) {
            int side = size == null ? encoder.imageSize() : size;
            double[] ms = measure(encoder, side);
            Arrays.sort(ms);
            double median = (ms[(steps - 1) / 2] + ms[steps / 2]) / 2;
            print(encoder.dimension(), side, median, ms[0]);
        }
        return 0;
    }

    private double[] measure(FrozenEncoder encoder, int side) {
        ByteBuffer images = ByteBuffer.allocateDirect(Math.multiplyExact(batch, side * side * 3));
        CounterRandom random = CounterRandom.of(7, "images", 0, 0);
        while (images.hasRemaining()) {
            images.put((byte) random.nextInt(256));
        }
        images.flip();
        double[] ms = new double[steps];
        for (int step = -warmUp; step < steps; step++) {
            long begun = System.nanoTime();
            encoder.encode(images, batch, side);
            if (step >= 0) {
                ms[step] = (System.nanoTime() - begun) / 1e6;
            }
        }
        return ms;
    }

    private void print(int dimension, int side, double median, double least) {
        if (json) {
            ObjectNode result = JsonNodeFactory.instance
                    .objectNode()
                    .put("part", "features")
                    .put("dimension", dimension)
                    .put("batch", batch)
                    .put("size", side)
                    .put("ms_median", median)
                    .put("ms_min", least)
                    .put("images_per_s", batch * 1e3 / median);
            spec.commandLine().getOut().println(result);
            return;
        }
        spec.commandLine()
                .getOut()
                .println(String.format(
                        Locale.ROOT,
                        "features of %d numbers, %d images of %d × %<d: %.1f images/s, %.1f ms (median of %d; least %.1f ms)",
                        dimension,
                        batch,
                        side,
                        batch * 1e3 / median,
                        median,
                        steps,
                        least));
    }
}
