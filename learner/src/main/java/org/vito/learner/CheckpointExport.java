package org.vito.learner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vito.learner.model.TrainingModel;
import org.vito.learner.network.Network;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.learner.weights.SafetensorsWriter;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Weights of a checkpoint as a file that PyTorch users load: safetensors with timm's names and PyTorch's layouts. */
public final class CheckpointExport {
    private CheckpointExport() {}

    /** What of a checkpoint. */
    public enum Part {
        /** The online network's backbone, as {@code timm.create_model(architecture, num_classes=0)} loads it. */
        BACKBONE,
        /** The target network's backbone, in the same form. */
        TARGET,
        /** The whole online network: backbone, attention and projector, each under its own prefix. */
        ALL
    }

    /**
     * Writes a safetensors file, whole or not at all. Values are copied bit by bit.
     *
     * @param weights a checkpoint's directory, or a safetensors file of one of its networks
     * @param file replaced if it is there
     * @return names of the tensors
     * @throws VitoException DAMAGED_CHECKPOINT if the weights cannot be read or have no such part; STORAGE if the file cannot
     *     be written
     */
    public static List<String> safetensors(Path weights, Part part, Path file) {
        Path source = source(weights, part);
        try (SafetensorsFile from = SafetensorsFile.open(source)) {
            Map<String, String> names = names(from, part, source);
            Map<String, List<Long>> shapes = new LinkedHashMap<>();
            names.forEach((out, in) -> shapes.put(out, from.shape(in)));
            Path partial = file.resolveSibling("." + file.getFileName() + ".partial");
            try {
                SafetensorsWriter.write(partial, shapes, out -> from.read(names.getOrDefault(out, out)));
                Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(partial);
            }
            return List.copyOf(names.keySet());
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + file + ": " + e, e);
        }
    }

    private static Path source(Path weights, Part part) {
        if (!Files.isDirectory(weights)) {
            return weights;
        }
        return weights.resolve(part == Part.TARGET ? TrainingModel.TARGET_FILE : TrainingModel.ONLINE_FILE);
    }

    /** The tensors of {@code part}: their names in the new file, and those in the old one. */
    private static Map<String, String> names(SafetensorsFile from, Part part, Path source) {
        Map<String, String> names = new LinkedHashMap<>();
        for (String name : from.names()) {
            if (part == Part.ALL) {
                names.put(name, name);
            } else if (name.startsWith(Network.BACKBONE)) {
                names.put(name.substring(Network.BACKBONE.length()), name);
            }
        }
        if (names.isEmpty()) {
            throw new VitoException(
                    Reason.DAMAGED_CHECKPOINT,
                    "%s has no tensors whose names begin with %s".formatted(source, Network.BACKBONE));
        }
        return names;
    }
}
