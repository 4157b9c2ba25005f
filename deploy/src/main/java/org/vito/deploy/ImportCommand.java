package org.vito.deploy;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vito.learner.PublishedModels;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vito import}: weights of others. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Take in weights that timm or torchvision published.",
        description = {
            "",
            "Makes a directory that other commands take as WEIGHTS. ResNets and Swin Transformers are known, with their"
                    + " classifiers; values stay as they are, to the bit."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Taken in.",
            "1:The file is damaged, has a tensor missing, extra or of another shape, or the directory cannot be written.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito import resnet50.safetensors --out resnet50",
            "  vito embed --weights resnet50 --images ~/flowers --out flowers.npy"
        })
final class ImportCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "A safetensors file.")
    Path file;

    @Option(names = "--out", order = 1, required = true, paramLabel = "DIR", description = "Directory to be made.")
    Path out;

    @Option(
            names = "--architecture",
            order = 2,
            paramLabel = "NAME",
            description = "What the file should be, e.g. resnet50 or swin_s (default: told from its tensors).")
    @Nullable
    String architecture;

    @Option(
            names = "--size",
            order = 3,
            paramLabel = "PIXELS",
            defaultValue = "224",
            description = "Side of the images that the network is for (default: ${DEFAULT-VALUE}).")
    int size;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        if (size < 1) {
            throw new VitoException(Reason.BAD_SETTING, "--size " + size + ": expected 1 or more pixels");
        }
        if (!Files.isRegularFile(file)) {
            throw new VitoException(Reason.NOT_FOUND, "there is no file " + file);
        }
        PublishedModels.Imported network =
                PublishedModels.importFile(file, Optional.ofNullable(architecture), size, out.toAbsolutePath());
        spec.commandLine()
                .getOut()
                .printf(
                        "%s: %s%s of %s%n",
                        out,
                        network.architecture(),
                        network.classes() == 0 ? "" : " with a classifier of " + network.classes() + " classes",
                        file);
        return 0;
    }
}
