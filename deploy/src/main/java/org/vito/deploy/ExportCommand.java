package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vito.learner.CheckpointExport;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vito export}: weights for others. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Write the weights of a checkpoint for PyTorch or TensorFlow.",
        description = {
            "",
            "safetensors has timm's names and PyTorch's layouts: model = timm.create_model('resnet50', num_classes=0);"
                    + " model.load_state_dict(safetensors.torch.load_file(FILE)).",
            "saved-model is a directory with the signature serving_default: images, RGB bytes [count, height, width,"
                    + " 3] of any size, to pooled [count, channels], layer1 to layer4 [count, rows, columns, channels]."
                    + " The network normalises the bytes itself."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Written.",
            "1:The checkpoint is missing or damaged, or the file cannot be written.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito export --checkpoint default --out backbone.safetensors",
            "  vito export --checkpoint default@1000 --part all --out network.safetensors",
            "  vito export --checkpoint default --format saved-model --out encoder"
        })
final class ExportCommand implements Callable<Integer> {
    /** What is written. */
    enum Format {
        SAFETENSORS,
        SAVED_MODEL;

        @Override
        public String toString() {
            return this == SAFETENSORS ? "safetensors" : "saved-model";
        }
    }

    @Spec
    CommandSpec spec;

    @Option(
            names = "--checkpoint",
            order = 1,
            required = true,
            paramLabel = "WEIGHTS",
            description = "A run by its name, RUN for its newest checkpoint and RUN@STEP for another, a checkpoint's"
                    + " directory, or a safetensors file.")
    String checkpoint;

    @Option(
            names = "--out",
            order = 2,
            required = true,
            paramLabel = "FILE",
            description = "File or directory to be made.")
    Path out;

    @Option(
            names = "--format",
            order = 3,
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (default: safetensors if FILE ends so, else saved-model).")
    @Nullable
    Format format;

    @Option(
            names = "--part",
            order = 4,
            paramLabel = "PART",
            description =
                    "backbone: of the online network; target: backbone of the target network; all: the online network"
                            + " with attention and projector (default: backbone). saved-model has the backbone.")
    CheckpointExport.@Nullable Part part;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        Format chosen = format != null
                ? format
                : out.toString().endsWith(".safetensors") ? Format.SAFETENSORS : Format.SAVED_MODEL;
        if (chosen == Format.SAVED_MODEL && part != null && part != CheckpointExport.Part.BACKBONE) {
            throw new VitoException(Reason.BAD_SETTING, "--part " + part + " is for --format safetensors only");
        }
        Path weights =
                WeightsAddress.resolve(checkpoint, ProcessSettings.from(config).data());
        String what = chosen == Format.SAVED_MODEL ? savedModel(weights) : safetensors(weights);
        spec.commandLine().getOut().println(out + ": " + what + " of " + weights);
        return 0;
    }

    private String savedModel(Path weights) {
        try (FrozenEncoder encoder = FrozenEncoder.open(weights)) {
            encoder.saveModel(out.toAbsolutePath());
            return "SavedModel, images to features of length " + encoder.dimension() + ",";
        }
    }

    private String safetensors(Path weights) {
        CheckpointExport.Part chosen = part == null ? CheckpointExport.Part.BACKBONE : part;
        return CheckpointExport.safetensors(weights, chosen, out.toAbsolutePath())
                        .size() + " tensors";
    }
}
